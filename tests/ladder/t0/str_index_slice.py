# Indexing and slicing of strings, also non-ASCII.
for s in ('abcdef', 'äbcdéf', 'ab日cd本', 'a🐍bc🐍d'):
    print(s[0], s[-1], s[2], s[1:3], s[:2], s[3:], s[::-1], s[::2], s[-2:], s[5:2], s[4:1:-1])
    try:
        s[6]
    except IndexError as error:
        print(error)
try:
    'abc'[0] = 'x'
except TypeError as error:
    print(error)
try:
    'abc'[str()]
except TypeError as error:
    print(error)

# Starred unpacking.
a, *b = [1, 2, 3]
print(a, b)
*a, b = 'xyz'
print(a, b)
a, *b, c = range(6)
print(a, b, c)
a, *b = (1,)
print(a, b)
(a, *b), c = ('hello', 'there')
print(a, b, c)
for first, *rest in [(1, 2, 3), (4,)]:
    print(first, rest)
print([*range(3), *'ab'], (*[1], *[2]), {*[1, 1]}, {**{'a': 1}, 'b': 2, **{'a': 3}})
try:
    a, b, *c = [1]
except ValueError as error:
    print(error)

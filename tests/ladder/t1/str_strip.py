# strip, lstrip, rstrip, removeprefix, removesuffix.
print(repr('  a b \n'.strip()), repr('  a '.lstrip()), repr('  a '.rstrip()), repr('\u2003x\xa0'.strip()))
print('xxhixx'.strip('x'), 'abcba'.strip('ab'), 'www.example.com'.lstrip('w.'), '123abc321'.rstrip('321'), 'aaa'.strip('a') == '', 'äxä'.strip('ä'))
print('prefix-rest'.removeprefix('prefix-'), 'rest'.removeprefix('no'), 'a.py'.removesuffix('.py'), 'aa'.removesuffix('a'), 'x'.strip(None))
try: 'a'.strip(5)
except TypeError as e: print(e)

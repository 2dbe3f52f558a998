# maketrans, translate, encode, chr, ord.
t = str.maketrans('abc', 'xyz', 'd')
print('aabbccdde'.translate(t), 'abc'.translate({97: 'AA', 98: None}), 'hé'.translate({0xe9: 'e', ord('h'): 72}), sorted(str.maketrans({'a': 1}).items()))
print('é日'.encode(), 'abc'.encode('ascii'), 'é'.encode('latin-1'), b'\xc3\xa9'.decode(), b'abc'.decode('ascii'), 'é'.encode('ascii', 'replace'), 'é'.encode('ascii', 'ignore'), 'é'.encode('ascii', 'backslashreplace'))
print(chr(97), chr(0x1F40D), ord('a'), ord('🐍'), chr(0) == '\0', [chr(i) for i in range(48, 52)])
for f in (lambda: ord('ab'), lambda: chr(-1), lambda: chr(0x110000), lambda: ord(5), lambda: 'é'.encode('ascii'), lambda: b'\xff'.decode(), lambda: 'a'.encode('nope')):
    try: f()
    except (TypeError, ValueError, LookupError) as e: print(type(e).__name__, e)

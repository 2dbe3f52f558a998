# Comparison by code point, hash equality, interning-free identity semantics.
words = ['b', 'a', 'B', 'A', 'aa', 'ab', '', 'ä', 'z', '日', '🐍', '\uffff', 'a\x00', '1', '10', '9']
print(sorted(words))
print(sorted(words, key=str.lower), sorted(words, reverse=True)[:3])
a = 'x' * 100
b = ''.join(['x'] * 100)
print(a == b, hash(a) == hash(b), {a: 1}[b], len({a, b}))
print('é' == 'e\u0301', 'abc' == b'abc', 'a' != 'b', 'abc'.__eq__('abc'), 'a'.__lt__('b'), 'a'.__eq__(5))
s = ''
for i in range(300): s += chr(97 + i % 26)
print(len(s), s[:30], s[-3:], s.count('abc'))

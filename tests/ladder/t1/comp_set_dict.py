# Set and dict comprehensions.
print(sorted({c.lower() for c in 'HeLlo'}), {k: v for k, v in zip('abc', range(3))})
print({v: k for k, v in {'a': 1, 'b': 2}.items()}, {i % 3: i for i in range(9)})
print({(i, j): i * j for i in range(2) for j in range(2)}, len({i // 2 for i in range(10)}))
log = []
def k(x): log.append('k%d' % x); return x
def v(x): log.append('v%d' % x); return x
d = {k(i): v(i) for i in range(2)}
print(d, log)
print({w: len(w) for w in 'the quick brown fox'.split() if len(w) > 3})
nested = {i: {j: i + j for j in range(2)} for i in range(2)}
print(nested)

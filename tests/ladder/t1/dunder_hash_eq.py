# __hash__ and __eq__ as dict and set keys; identity comes first.
class K:
    def __init__(self, v): self.v = v
    def __hash__(self): return self.v % 3
    def __eq__(self, o): return isinstance(o, K) and self.v == o.v
    def __repr__(self): return 'K%d' % self.v
d = {K(i): i for i in range(8)}
d[K(3)] = 'three'
print(d, d[K(7)], K(9) in d, len({K(1), K(1), K(4)}))
del d[K(0)]
print(len(d), d.get(K(0)), d.pop(K(6)))
class Never:
    def __hash__(self): return 1
    def __eq__(self, o): return False
n = Never()
print(n == n, n in [n], n in {n}, [n] == [n], {n: 1}[n], [n].index(n), [n].count(n))
class H:
    def __hash__(self): return 2 ** 80
print(hash(H()) == hash(2 ** 80))
for v in ('x', None, 1.5):
    class Bad:
        def __hash__(self): return v
    try: hash(Bad())
    except TypeError as e: print(e)

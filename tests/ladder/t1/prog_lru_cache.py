# An LRU cache on a dict's order, and a doubly linked list version giving the same answers.
class Lru:
    def __init__(self, n): self.n, self.d = n, {}
    def get(self, k):
        if k not in self.d: return None
        self.d[k] = v = self.d.pop(k)
        return v
    def put(self, k, v):
        self.d.pop(k, None)
        self.d[k] = v
        if len(self.d) > self.n: del self.d[next(iter(self.d))]
class Link:
    __slots__ = ('k', 'v', 'prev', 'next')
class Linked:
    def __init__(self, n):
        self.n, self.m = n, {}
        self.root = r = Link(); r.prev = r.next = r
    def _cut(self, l): l.prev.next, l.next.prev = l.next, l.prev
    def _add(self, l):
        r = self.root; l.prev, l.next = r.prev, r
        r.prev.next = r.prev = l
    def get(self, k):
        l = self.m.get(k)
        if l is None: return None
        self._cut(l); self._add(l)
        return l.v
    def put(self, k, v):
        l = self.m.get(k)
        if l is None:
            l = self.m[k] = Link(); l.k = k
        else: self._cut(l)
        l.v = v; self._add(l)
        if len(self.m) > self.n:
            old = self.root.next; self._cut(old); del self.m[old.k]
a, b = Lru(8), Linked(8)
x, hits = 1, 0
for i in range(3000):
    x = (x * 1103515245 + 12345) % 2 ** 31
    k = x // 65536 % 12
    r, s = a.get(k), b.get(k)
    assert r == s, (i, r, s)
    if r is None: a.put(k, i); b.put(k, i)
    else: hits += 1
print(hits, list(a.d.items()))

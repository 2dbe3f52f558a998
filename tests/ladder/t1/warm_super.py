# super() calls, run hot, in a chain whose classes change.
class A:
    def f(self, n): return [n]
    x = 'A.x'
class B(A):
    def f(self, n): return super().f(n) + ['B']
    def g(self): return super().x
class C(B):
    def f(self, n): return super().f(n) + ['C']
c = C()
for i in range(80): r = c.f(i), c.g()
print(r)
A.f = lambda self, n: ['patched', n]
A.x = 'changed'
print(c.f(0), c.g())
class A2:
    x = 'A2.x'
    def f(self, n): return ['A2']
B.__bases__ = (A2,)
print(c.f(0), c.g())
del A2.x
try: c.g()
except AttributeError as e: print(e)
class M(C):
    def __init__(self): super().__init__(); self.n = 1
print([M().n for _ in range(60)][-1])

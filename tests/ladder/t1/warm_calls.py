# One call site, run hot, with functions of other shapes afterwards.
def f0(): return 'f0'
def f1(a): return a
def f2(a, b=2): return (a, b)
def fv(*a, **k): return (a, k)
class C:
    def __init__(self, a=0): self.a = a
    def m(self, a=1): return ('m', a)
    def __call__(self, a=3): return ('call', a)
    def __repr__(self): return 'C(%r)' % self.a
def go(f, *a): return f(*a)
def one(f): return f(5)
for f in (f1, f2, fv, C, C().m, C(), len.__class__, str, lambda x: x * 2, [].append, {'k': 1}.get, f1.__call__, (lambda y, *z: y)):
    r = None
    for _ in range(60):
        try: r = one(f)
        except TypeError as e: r = 'TypeError'
    print(r)
for f in (f0, f1, f2):
    for _ in range(60):
        try: r = one(f)
        except TypeError as e: r = str(e)
    print(r)
def g(a): return a
for _ in range(60): one(g)
g.__defaults__ = (1,)
print(one(g), g())
g.__code__ = f2.__code__
print(one(g))
def rec(n): return n if n < 1 else rec(n - 1) + 1
print([rec(i) for i in (0, 1, 50, 200)])

# by-hand: _weft.exhaust_versions is our own; when no class or function gets a new version, nothing is remembered and all works
import _weft
class A:
    x = 1
    def f(self): return self.x
def use(a): return a.x, a.f(), A.x, A().f()
a = A()
print({use(a) for _ in range(50)})
_weft.exhaust_versions()
print({use(a) for _ in range(50)})
for n in range(2, 6):
    A.x = n
    print({use(a) for _ in range(50)})
A.f = lambda self: -self.x
print({use(a) for _ in range(50)})
class B(A):
    def __init__(self): self.own = 7
def new(): return B().own, B().x, B().f()
print({new() for _ in range(50)})
B.__init__ = lambda self: setattr(self, 'own', 8)
B.x = 9
print({new() for _ in range(50)})
def closures(): return [(lambda n=n: n)() for n in range(5)]
print([closures() for _ in range(20)][-1])
print(_weft.stats()['class_changes'] > 0)

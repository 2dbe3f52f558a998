# Properties in subclasses: overriding the getter only, and through super().
class A:
    def __init__(self): self._x = 1
    @property
    def x(self): return self._x
    @x.setter
    def x(self, v): self._x = v
class B(A):
    @property
    def x(self): return super().x * 10
class C(A):
    @A.x.getter
    def x(self): return -self._x
a, b, c = A(), B(), C()
a.x = 5
c.x = 7
print(a.x, b.x, c.x)
try:
    b.x = 3
except AttributeError as error:
    print(error)

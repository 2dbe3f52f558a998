# Slots and inheritance; a subclass without __slots__ has a __dict__ again.
class A:
    __slots__ = ('a',)
class B(A):
    __slots__ = ('b',)
class C(B):
    pass
b = B()
b.a, b.b = 1, 2
c = C()
c.a, c.b, c.other = 3, 4, 5
print(b.a, b.b, c.a, c.b, c.other, c.__dict__, hasattr(b, '__dict__'))
class D:
    __slots__ = ('x', '__dict__')
d = D()
d.x, d.free = 1, 2
print(d.x, d.__dict__)
try:
    class E:
        __slots__ = ('v',)
        v = 1
except ValueError as error:
    print(error)
class Hidden:
    __slots__ = ('__secret',)
    def __init__(self): self.__secret = 7
print(Hidden()._Hidden__secret)

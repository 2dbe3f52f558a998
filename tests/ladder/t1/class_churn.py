# Classes that nobody needs any more are freed, and what their instances' attributes were laid out by.
def resident():
    with open('/proc/self/statm') as f:
        return int(f.read().split()[1]) * 4096


def make(n):
    for i in range(n):
        class C:
            x = i
            __slots__ = ()

        class D(C):
            def __init__(self):
                self.a, self.b = 1, 2

            def f(self):
                return self.a + self.x

        d = D()
        assert d.f() == i + 1
        d.c = 3
        d.__dict__


class A:
    pass


class B:
    pass


def change_class(n):
    o = A()
    o.x = 1
    for i in range(n):
        o.__class__ = B
        o.__class__ = A
        assert o.x == 1


make(3000)
change_class(300)
before = resident()
make(40_000)
change_class(3000)
grown = resident() - before
print('flat' if grown < 24 << 20 else f'grown by {grown >> 20} MB')

# Those that live are found, and only those.
class Kept(A):
    pass


import gc
for i in range(50):
    type('Dropped', (A,), {})
gc.collect()
names = {c.__name__ for c in A.__subclasses__()}
print('Kept' in names, len(A.__subclasses__()) < 40)
A.late = 5
print(Kept.late, Kept().late)

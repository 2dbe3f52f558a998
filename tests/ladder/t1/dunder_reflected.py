# Reflected operators, NotImplemented, subclass priority.
class A:
    def __add__(self, o): return 'A.add'
    def __radd__(self, o): return 'A.radd'
    def __sub__(self, o): return NotImplemented
    def __eq__(self, o): return NotImplemented
    def __lt__(self, o): return 'A.lt'
class B(A):
    def __radd__(self, o): return 'B.radd'
class R:
    def __rsub__(self, o): return 'R.rsub'
    def __gt__(self, o): return 'R.gt'
print(A() + 1, 1 + A(), A() + B(), B() + A(), A() + A())
print(A() - R(), 5 - R(), 5 < R(), A() < 3, 3 > A())
a = A()
print(a == a, a == A(), a != a)
for f in (lambda: A() - 1, lambda: 1 - A(), lambda: A() * 2, lambda: A() > R.mro, lambda: -A()):
    try:
        print(f())
    except TypeError as error:
        print(error)

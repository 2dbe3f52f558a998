# Bound methods, plain and built-in.
class C:
    def m(self, x):
        return x


def f():
    c = C()
    c.m(1)
    bound = c.m
    bound(2)
    C.m(c, 3)


f()

# Functions are descriptors: bound methods, __self__, __func__, equality.
class C:
    def m(self, a=0):
        return (self.n, a)
    def __init__(self, n): self.n = n
c, d = C(1), C(2)
m = c.m
print(m(5), m.__self__ is c, m.__func__ is C.m, m.__name__, c.m == c.m, c.m is c.m, c.m == d.m)
print(C.m(d, 9), C.m.__get__(d, C)(3), C.__dict__['m'](c))
C.extra = lambda self: 'extra %d' % self.n
c.own = lambda: 'own'
print(d.extra(), c.own())
f = [].append
print(f.__name__, f.__self__, 'abc'.upper.__self__, len.__name__)
try:
    C.m()
except TypeError as error:
    print(error)

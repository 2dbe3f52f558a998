# __class__ and super() inside nested functions and comprehensions.
class A:
    def f(self, x): return 'A%d' % x
class B(A):
    def f(self, x):
        def inner():
            return super(B, self).f(x) + __class__.__name__
        return inner()
    def g(self):
        me = super()
        return [me.f(i) for i in range(3)]
    def h(self):
        return (lambda: __class__)() is B
b = B()
print(b.f(1), b.g(), b.h())
def loose(self):
    return super().f(1)
try:
    loose(b)
except RuntimeError as error:
    print('RuntimeError', error)

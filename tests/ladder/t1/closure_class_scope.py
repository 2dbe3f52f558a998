# Class scope is skipped by nested functions; class bodies see enclosing cells.
x = 'global'
def f(x):
    class C:
        y = x
        x = 'class'
        z = x
        def m(self): return x
    return C
C = f('param')
print(C.z, C().m())
def g():
    x = 'enclosing'
    class D:
        a = x
        def get(self): return x
    return D.a, D().get()
print(g())
class E:
    x = 'class'
    ys = [1, 2]
    doubled = [y * 2 for y in ys]
    def h(self): return x
print(E.doubled, E().h())
try:
    class F:
        k = 3
        bad = [k for _ in range(2)]
except NameError as error:
    print(error)

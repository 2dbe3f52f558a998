# A class body is code: loops, conditionals, scope rules, locals.
n = 'global'
class C:
    n = 'class'
    values = []
    for i in range(3):
        values.append(i * i)
    if values:
        has = True
    def method(self):
        return n
    first = [n for _ in range(2)]
    copied = n
    del i
print(C.values, C.has, C().method(), C.first, C.copied, hasattr(C, 'i'))
class Outer:
    x = 1
    class Inner:
        y = 2
        def f(self): return Outer.x + self.y
print(Outer.Inner().f(), Outer.Inner.__qualname__, Outer.Inner.f.__qualname__, C.__module__)
def make(v):
    class Local:
        attr = v
        def get(self): return v, self.attr
    return Local
print(make(1)().get(), make(2).__qualname__)

# Classes change while threads specialize on them: once a change is known to be made, no thread reads what was before it.
import threading
class Base:
    attribute = 0
    def method(self): return 0
    def __getitem__(self, i): return 0
    @property
    def prop(self): return 0
class C(Base):
    def __init__(self): self.own = 1
class Meta(type):
    pass
known, stop, stale = 0, False, []
def check(name, got, at_least):
    if got < at_least: stale.append((name, got, at_least))
def reader():
    c = C()
    while not stop:
        for _ in range(20):
            k = known
            check('attribute', c.attribute, k)
            k = known
            check('method', c.method(), k)
            k = known
            check('item', c[0], k)
            k = known
            check('property', c.prop, k)
            k = known
            check('class', C.attribute, k)
            k = known
            check('init', C().own, k)
            k = known
            check('class method', Base.method(c), k)
def method_of(n):
    return lambda self: n
def init_of(n):
    def __init__(self): self.own = n
    return __init__
readers = [threading.Thread(target=reader) for _ in range(3)]
for t in readers: t.start()
for n in range(1, 300):
    Base.attribute = n
    Base.method = method_of(n)
    Base.__getitem__ = (lambda n: lambda self, i: n)(n)
    Base.prop = property(method_of(n))
    C.__init__ = init_of(n)
    known = n
stop = True
for t in readers: t.join()
print(stale[:3], C.attribute, C().method(), C()[0], C().prop)

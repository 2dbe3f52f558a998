# Method call sites, run hot, over classes, instances that shadow, and built-in types.
class A:
    def m(self, x=0): return 'A.m %s' % x
    @classmethod
    def c(cls): return 'c of ' + cls.__name__
    @staticmethod
    def s(): return 's'
    @property
    def p(self): return lambda: 'from property'
class B(A):
    def m(self, x=0): return 'B.m+' + super().m(x)
class D(dict): pass
def m(o): return o.m(1)
def c(o): return o.c()
def s(o): return o.s()
def p(o): return o.p()
a, b = A(), B()
for o in (a, b, a, b):
    for _ in range(60): r = m(o), c(o), s(o), p(o)
    print(r)
a.m = lambda x: 'shadow %s' % x
print(m(a), m(A()))
del a.m
print(m(a))
B.m = A.m
print(m(b))
class E(A): __slots__ = ()
e = E()
print(m(e), c(e))
def get(o): return o.get('k', 'none')
for o in ({'k': 1}, D(k=2), {}, type('G', (), {'get': lambda self, *a: a})()):
    for _ in range(60): r = get(o)
    print(r)
def app(o, v): o.append(v)
l = []
for i in range(100): app(l, i)
class L(list):
    def append(self, v): super().append(-v)
q = L(); app(q, 5)
print(len(l), q)
def up(s): return s.upper()
print([up(x) for x in ['a', 'é', 'ß'] * 20][-3:])
try: up(5)
except AttributeError as err: print(err)

# One attribute site, run hot, over several shapes and a class that changes.
class A:
    def __init__(self): self.x = 1; self.y = 2
class B:
    def __init__(self): self.y = 20; self.x = 10
class C:
    x = 'class'
def get(o):
    return o.x
for _ in range(80): v = get(A())
print(v)
for _ in range(80): v = get(B())
print(v)
for _ in range(80): v = get(C())
print(v)
a = A()
for i in range(100):
    a.x = i
    if i == 50: a.z = 'new'
print(get(a), a.z, a.y)
del a.x
try:
    get(a)
except AttributeError as error:
    print(error)
A.x = 'fallback'
print(get(a))
C.x = 'changed'
print(get(C()))
class D:
    def m(self): return 'old'
d = D()
def call(o): return o.m()
for _ in range(80): r = call(d)
print(r)
D.m = lambda self: 'patched'
print(call(d))
d.m = lambda: 'instance'
print(call(d))

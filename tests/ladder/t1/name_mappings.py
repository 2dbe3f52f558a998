# Names that are looked up in mappings of a program's own: locals, globals, class namespaces, __import__.
class D(dict):
    def __missing__(self, k):
        if k.startswith('__') or k in ('print', 'len'): raise KeyError(k)
        return 'missing:' + k
    
d = D(a=1)
exec("print(a, b, len)", {}, d)
class G(dict):
    def __getitem__(self, k):
        print('get', k); return dict.__getitem__(self, k)
exec("x = 5\nprint(x)\ndef f(): return x\nprint(f())", G())
exec("x = 5\ndef f(): return x\nprint('x' in locals(), 'x' in globals())\nglobals()['x'] = 7\nprint(f())", G(), {})
class M(type):
    @classmethod
    def __prepare__(m, name, bases): return D()
class C(metaclass=M):
    y = zork
    def f(self): pass
print(C.y)
def outer():
    z = 1
    class E(metaclass=M):
        w = z
    return E.w
print(outer())
import builtins
old = builtins.__import__
def imp(*a): print('import', a[0], a[3:]); return old(*a)
builtins.__import__ = imp
import math
from math import sin
builtins.__import__ = old

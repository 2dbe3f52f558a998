# What is remembered of a class attribute ends when the object becomes a descriptor, or a function takes its arguments otherwise.
class Plain: pass
class Owner: x = Plain()
def get(o): return o.x
def warm(): return {type(get(Owner())).__name__ for _ in range(50)} | {type(get(Owner)).__name__ for _ in range(50)}
print(warm())
Plain.__get__ = lambda self, obj, cls: 'bound to ' + ('the class' if obj is None else 'an instance')
print(get(Owner()), '/', get(Owner))
del Plain.__get__
print(warm())
class Getter:
    def __get__(self, obj, cls): return 'by its new class'
Owner.x.__class__
vars(Owner)['x'].__class__ = Getter
print(get(Owner()))
class Value:
    def __init__(self): self.y = 'own'
    y = Plain()
def own(o): return o.y
print({own(Value()) for _ in range(50)})
Plain.__get__ = lambda self, obj, cls: 'got'
Plain.__set__ = lambda self, obj, v: None
print(own(Value()))
class Made:
    def __init__(self, a): self.a = a
def make(): return Made(1)
print({make().a for _ in range(50)})
def other(self, a, *rest, k='default'): self.a = (a, rest, k)
Made.__init__.__code__ = other.__code__
Made.__init__.__kwdefaults__ = {'k': 'set'}
print(make().a)

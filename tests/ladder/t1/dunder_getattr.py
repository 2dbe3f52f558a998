# __getattr__ is a fall-back, __getattribute__ sees everything.
class G:
    real = 1
    def __getattr__(self, name):
        if name.startswith('x'): return 'made ' + name
        raise AttributeError('no ' + name)
g = G()
print(g.real, g.xyz, hasattr(g, 'abc'), getattr(g, 'abc', 'default'), getattr(g, 'xx'))
try: g.abc
except AttributeError as e: print(e)
class A:
    def __init__(self): self.v = 1
    def __getattribute__(self, name):
        if name == 'hidden': raise AttributeError(name)
        return (name, object.__getattribute__(self, name)) if name == 'v' else object.__getattribute__(self, name)
    def __getattr__(self, name): return 'fallback ' + name
a = A()
print(a.v, a.hidden, a.other, a.__class__.__name__)

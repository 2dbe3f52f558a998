# __dict__, vars, dir, getattr, setattr, hasattr, delattr.
class C:
    shared = 0
    def __init__(self): self.a, self.b = 1, 2
c = C()
print(c.__dict__, vars(c) is c.__dict__, sorted(k for k in dir(c) if not k.startswith('__')))
c.__dict__['late'] = 3
setattr(c, 'odd name', 4)
print(c.late, getattr(c, 'odd name'), getattr(c, 'none', None), hasattr(c, 'b'), hasattr(c, 'z'))
delattr(c, 'a')
c.__dict__ = {'fresh': 9}
print(c.fresh, hasattr(c, 'b'), c.shared)
print(sorted(k for k in C.__dict__ if not k.startswith('__')), type(C.__dict__).__name__)
try: getattr(c, 'gone')
except AttributeError as e: print(e)
try: C.nothing
except AttributeError as e: print(e)
c.__class__ = type('D', (C,), {'hello': lambda self: 'hello from D'})
print(c.hello(), type(c).__name__)

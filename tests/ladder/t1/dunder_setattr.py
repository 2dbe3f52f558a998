# __setattr__, __delattr__ and object's own.
class Log:
    def __setattr__(self, name, value):
        print('set', name, value)
        super().__setattr__(name, value)
    def __delattr__(self, name):
        print('del', name)
        object.__delattr__(self, name)
o = Log()
o.a = 1
o.a += 1
setattr(o, 'b', 3)
del o.a
delattr(o, 'b')
print(o.__dict__)
class Frozen:
    def __init__(self): object.__setattr__(self, 'x', 5)
    def __setattr__(self, n, v): raise AttributeError('frozen: ' + n)
f = Frozen()
try: f.x = 6
except AttributeError as e: print(e, f.x)
try: object().x = 1
except AttributeError as e: print(e)
try: (5).x = 1
except AttributeError as e: print(e)
try: del o.zz
except AttributeError as e: print(type(e).__name__)

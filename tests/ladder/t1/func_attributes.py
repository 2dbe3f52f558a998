# Attributes of functions.
def f(a, b=2):
    "Doc of f."
    c = a + b
    return c
print(f.__name__, f.__doc__, f.__module__, f.__defaults__, f.__dict__, f.__closure__)
f.tag = 'x'
f.__name__ = 'renamed'
print(f.tag, f.__dict__, f.__name__, f.__qualname__)
print(f.__code__.co_name, f.__code__.co_argcount, f.__code__.co_varnames, f.__code__.co_firstlineno, f.__code__.co_filename[-18:])
f.__doc__ = None
print(f.__doc__, f.__globals__ is globals(), callable(f))
def nested():
    def inner(): pass
    return inner
print(nested().__qualname__, (lambda: 0).__qualname__)
try: f.missing
except AttributeError as e: print(e)
try: f.__code__ = 5
except TypeError as e: print(e)
def g(a, b=2): return 'other code'
f.__code__ = g.__code__
print(f(1))

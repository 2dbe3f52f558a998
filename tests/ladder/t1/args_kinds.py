# Positional-only, keyword-only, defaults of all kinds.
def f(a, b=2, /, c=3, *args, d, e=5, **kw):
    return a, b, c, args, d, e, kw
print(f(1, d=4), f(1, 9, 8, 7, 6, d=0, x=1), f(1, c=7, d=4, a='kw a', b='kw b'))
def g(*, k=1): return k
print(g(), g(k=2))
def h(a, /, **kw): return a, kw
print(h(1, a=2))
print(f.__defaults__, f.__kwdefaults__, f.__code__.co_argcount, f.__code__.co_posonlyargcount, f.__code__.co_kwonlyargcount)
print(f.__code__.co_varnames, f.__name__, f.__qualname__)
g.__kwdefaults__ = {'k': 'changed'}
print(g())
def late(x, y=[]): return x, y
late.__defaults__ = (10, 20)
print(late())

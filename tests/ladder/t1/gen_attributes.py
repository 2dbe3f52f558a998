# Introspection of generators.
def g(n):
    x = yield n
    yield x
a = g(5)
print(type(a).__name__, a.__name__, a.gi_running, a.gi_frame is not None, a.gi_yieldfrom)
print(iter(a) is a, next(a))
print(a.gi_code.co_name, list(a), a.gi_frame)
def d():
    yield from a2
a2 = g(1)
o = d()
next(o)
print(o.gi_yieldfrom is a2, hasattr(a, 'send'), hasattr(a, 'throw'), hasattr(a, '__next__'))
print(g.__code__.co_flags & 0x20 != 0, repr(a)[:20])

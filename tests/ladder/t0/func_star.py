# *args and **kwargs, in definitions and calls.
def f(*args, **kwargs):
    return args, kwargs
print(f(), f(1, 2), f(a=1), f(1, b=2), f(*[1, 2], *'xy'), f(**{'k': 1}, z=2))
def g(a, *rest, b=10, **more):
    print(a, rest, b, more)
g(1)
g(1, 2, 3)
g(1, 2, b=5)
g(1, b=2, c=3)
g(*range(4), **{'b': 0, 'd': 4})
args = (3, 4)
print(max(*args), pow(*args), [*args])
def spread(a, b, c):
    return a * 100 + b * 10 + c
print(spread(*[1, 2], 3), spread(*[1], **{'c': 3, 'b': 2}), spread(1, *(2,), c=3))

# Functions called with too many kinds of arguments at once.
def g(a, /, b, *rest, c, d=4, **more):
    return a + b + len(rest) + c + d + len(more)


def f():
    return g(1, 2, 3, 4, c=5, e=6)


f()

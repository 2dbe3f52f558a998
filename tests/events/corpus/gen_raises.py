# A generator that raises.
def g():
    yield 1
    raise KeyError


def f():
    it = g()
    next(it)
    try:
        next(it)
    except KeyError:
        return 1


f()

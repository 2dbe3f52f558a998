# StopIteration raised inside a generator.
def g():
    yield 1
    raise StopIteration


def f():
    it = g()
    next(it)
    try:
        next(it)
    except RuntimeError:
        return 1


f()

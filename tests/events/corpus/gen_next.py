# next() by hand, to the end.
def g():
    yield 1


def f():
    it = g()
    next(it)
    try:
        next(it)
    except StopIteration:
        return 0


f()

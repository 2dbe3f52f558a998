# throw through yield from.
def inner():
    try:
        yield 1
    except ValueError:
        yield 3


def outer():
    yield from inner()


def f():
    it = outer()
    next(it)
    it.throw(ValueError)
    return list(it)


f()

# close through yield from.
def inner():
    try:
        yield 1
    finally:
        x = 1


def outer():
    yield from inner()


def f():
    it = outer()
    next(it)
    it.close()


f()

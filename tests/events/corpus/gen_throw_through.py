# throw, not caught.
def g():
    yield 1


def f():
    it = g()
    next(it)
    try:
        it.throw(ValueError)
    except ValueError:
        return 1


f()

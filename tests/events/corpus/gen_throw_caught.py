# throw, caught in the generator.
def g():
    try:
        yield 1
    except ValueError:
        yield 2


def f():
    it = g()
    next(it)
    return it.throw(ValueError)


f()

# yield from a generator.
def inner():
    yield 1
    return 2


def outer():
    x = yield from inner()
    yield x


def f():
    return list(outer())


f()

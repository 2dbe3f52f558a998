# A generator in a for loop.
def g():
    yield 1
    yield 2


def f():
    s = 0
    for x in g():
        s += x
    return s


f()

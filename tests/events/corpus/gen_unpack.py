# Unpacking a generator.
def g():
    yield 1
    yield 2


def f():
    a, b = g()
    return a + b


f()

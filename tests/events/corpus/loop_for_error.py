# An iterator that fails.
def g():
    yield 1
    raise ValueError


def f():
    try:
        for x in g():
            y = x
    except ValueError:
        return y


f()

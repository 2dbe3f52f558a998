# throw into a generator that has not started.
def g():
    yield 1


def f():
    try:
        g().throw(KeyError)
    except KeyError:
        return 1


f()

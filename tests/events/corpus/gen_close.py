# close.
def g():
    try:
        yield 1
    finally:
        x = 2


def f():
    it = g()
    next(it)
    it.close()


f()

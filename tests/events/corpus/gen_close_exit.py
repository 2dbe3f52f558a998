# GeneratorExit caught.
def g():
    try:
        yield 1
    except GeneratorExit:
        return


def f():
    it = g()
    next(it)
    it.close()


f()

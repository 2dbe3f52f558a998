# send.
def g():
    x = yield 1
    y = yield x
    return y


def f():
    it = g()
    next(it)
    it.send(5)
    try:
        it.send(6)
    except StopIteration as stop:
        return stop.value


f()

# close through yield from.
# differs: monitoring EXCEPTION_HANDLED outer -- CPython has a handler around each await and yield from
# differs: monitoring LINE outer -- CPython has a handler around each await and yield from
# differs: monitoring RERAISE outer -- CPython has a handler around each await and yield from
# differs: settrace line outer -- CPython has a handler around each await and yield from
def inner():
    try:
        yield 1
    finally:
        x = 1


def outer():
    yield from inner()


def f():
    it = outer()
    next(it)
    it.close()


f()

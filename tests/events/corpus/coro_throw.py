# throw into a waiting coroutine.
# differs: monitoring EXCEPTION_HANDLED c -- CPython has a handler around each await and yield from
# differs: monitoring LINE c -- CPython has a handler around each await and yield from
# differs: monitoring RERAISE c -- CPython has a handler around each await and yield from
# differs: settrace line c -- CPython has a handler around each await and yield from
class Pause:
    def __await__(self):
        yield 1


async def c():
    try:
        await Pause()
    except ValueError:
        return 3


def f():
    co = c()
    co.send(None)
    try:
        co.throw(ValueError)
    except StopIteration as stop:
        return stop.value


f()

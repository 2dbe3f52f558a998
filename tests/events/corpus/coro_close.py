# close of a waiting coroutine.
# differs: monitoring PY_THROW Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
# differs: monitoring RAISE Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
# differs: monitoring EXCEPTION_HANDLED Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
# differs: monitoring RERAISE Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
# differs: monitoring PY_UNWIND Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
# differs: settrace call Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
# differs: settrace exception Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
# differs: settrace return Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
# differs: setprofile call Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
# differs: setprofile return Pause.__await__ -- CPython ends a generator that nothing would catch in without raising in it
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
    finally:
        x = 1


def f():
    co = c()
    co.send(None)
    co.close()


f()

# throw into a waiting coroutine.
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

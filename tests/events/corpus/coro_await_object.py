# await of an object that suspends.
class Pause:
    def __await__(self):
        x = yield 1
        return x


async def c():
    return await Pause()


def f():
    co = c()
    co.send(None)
    try:
        co.send(7)
    except StopIteration as stop:
        return stop.value


f()

# close of a waiting coroutine.
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

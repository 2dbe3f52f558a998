# await of a coroutine.
async def inner():
    return 2


async def outer():
    x = await inner()
    return x + 1


def f():
    try:
        outer().send(None)
    except StopIteration as stop:
        return stop.value


f()

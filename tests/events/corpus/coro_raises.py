# A coroutine that raises.
async def inner():
    raise KeyError


async def outer():
    try:
        await inner()
    except KeyError:
        return 1


def f():
    try:
        outer().send(None)
    except StopIteration as stop:
        return stop.value


f()

# A coroutine driven by hand.
async def c():
    return 1


def f():
    co = c()
    try:
        co.send(None)
    except StopIteration as stop:
        return stop.value


f()

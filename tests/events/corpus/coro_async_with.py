# async with.
class M:
    async def __aenter__(self):
        return 1

    async def __aexit__(self, *exc):
        return False


async def c():
    async with M() as m:
        x = m
    return x


def f():
    try:
        c().send(None)
    except StopIteration as stop:
        return stop.value


f()

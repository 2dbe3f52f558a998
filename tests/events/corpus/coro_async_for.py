# async for over a user's iterator.
class It:
    def __init__(self):
        self.n = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.n += 1
        if self.n > 2:
            raise StopAsyncIteration
        return self.n


async def c():
    s = 0
    async for x in It():
        s += x
    return s


def f():
    try:
        c().send(None)
    except StopIteration as stop:
        return stop.value


f()

# async for over a user's iterator.
# differs: monitoring LINE c -- the end of an async for has a line of its own
# differs: settrace line c -- the end of an async for has a line of its own
# differs: settrace return It.__anext__ -- CPython remembers the line of the last raise while it cleans up
# differs: setprofile return It.__anext__ -- CPython remembers the line of the last raise while it cleans up
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

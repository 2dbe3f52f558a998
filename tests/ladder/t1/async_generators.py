# stderr: ignore
# Asynchronous generators: iteration, asend, athrow, aclose, comprehensions, awaits on the way.


class Suspend:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        got = yield self.value
        return got


def run(coroutine):
    """Runs a coroutine; shows what it awaits and answers each with the number of the step."""
    step = 0
    try:
        sent = None
        while True:
            print('awaits', coroutine.send(sent))
            step += 1
            sent = step
    except StopIteration as stop:
        return stop.value


async def count(n):
    for i in range(n):
        got = await Suspend(f'step {i}')
        yield i, got


async def loop():
    async for pair in count(3):
        print(pair)
    else:
        print('exhausted')
    return [i async for i, _ in count(2)], {i: got async for i, got in count(2) if i}


print(run(loop()))


async def echo():
    try:
        got = None
        while True:
            try:
                got = yield got
            except ValueError as e:
                got = f'caught {e}'
    finally:
        await Suspend('cleaning up')
        print('cleaned up')


async def drive():
    e = echo()
    print(await e.__anext__(), await e.asend('one'), await e.athrow(ValueError('two')))
    print(e.ag_running, e.ag_frame is not None)
    try:
        await e.athrow(KeyError('three'))
    except KeyError as error:
        print('out came', repr(error))
    try:
        await e.asend(None)
    except StopAsyncIteration:
        print('ended')
    print(await e.aclose(), e.ag_frame)
    e = echo()
    print(await e.asend(None))
    print('closed', await e.aclose())
    try:
        await e.__anext__()
    except StopAsyncIteration as stop:
        print('stop', stop.args)
    fresh = echo()
    await fresh.aclose()
    print(await anext(echo()))


run(drive())


async def misuse():
    g = echo()
    step = g.asend(None)
    print(await step)
    try:
        await step
    except RuntimeError as e:
        print(e)
    a, b = count(1).__anext__(), None
    print('awaits by hand', a.send(None))
    try:
        a.throw(TypeError('thrown in'))
    except TypeError as e:
        print(repr(e))
    try:
        await echo().asend(1)
    except TypeError as e:
        print(e)

    async def stubborn():
        try:
            yield 1
        except GeneratorExit:
            yield 2

    s = stubborn()
    print(await anext(s))
    try:
        await s.aclose()
    except RuntimeError as e:
        print(e)

    async def leaks():
        yield 1
        raise StopAsyncIteration

    try:
        async for _ in leaks():
            pass
    except RuntimeError as e:
        print(e, repr(e.__cause__))
    two = count(2)
    first, second = two.__anext__(), two.__anext__()
    print(first.send(None))
    try:
        second.send(None)
    except RuntimeError as e:
        print(e)
    c = two.aclose()
    try:
        c.send(None)
    except RuntimeError as e:
        print(e)


run(misuse())
g = count(1)
print(type(g).__name__, type(g.__anext__()).__name__, type(g.aclose()).__name__, g.__aiter__() is g)


async def generator_expression():
    print([pair async for pair in (p async for p in count(2))])
    print(sum([i async for i, _ in count(3)]))


run(generator_expression())

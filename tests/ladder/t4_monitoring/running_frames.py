# Frames that run when events are turned on: the caller's loop, a suspended generator, a coroutine.
import sys

m = sys.monitoring
E = m.events
m.use_tool_id(0, "frames")
log = []
m.register_callback(0, E.LINE, lambda code, line: log.append((code.co_name, line - code.co_firstlineno)))


def gen():
    x = 1
    y = yield x
    yield y


def inner():
    m.set_events(0, E.LINE)
    return 0


def outer():
    for i in range(2):
        inner()
        x = i
    m.set_events(0, 0)
    return x


async def waits():
    class Pause:
        def __await__(self):
            yield

    await Pause()
    return 3


g = gen()
next(g)
outer()
print(log)
log.clear()
c = waits()
c.send(None)
m.set_events(0, E.LINE)
g.send(5)
try:
    c.send(None)
except StopIteration:
    pass
m.set_events(0, 0)
print([x for x in log if x[0] != "<module>"])
m.free_tool_id(0)

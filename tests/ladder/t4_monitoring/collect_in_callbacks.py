# What an instruction made survives a collection in the callback of its event.
import gc
import sys

m = sys.monitoring
E = m.events
events = [E.PY_START, E.PY_RETURN, E.PY_YIELD, E.CALL, E.C_RETURN, E.C_RAISE, E.LINE, E.INSTRUCTION, E.JUMP, E.BRANCH,
          E.STOP_ITERATION, E.RAISE]
m.use_tool_id(2, 'collect')
for event in events:
    m.register_callback(2, event, lambda *args: gc.collect() and None)


class Base:
    def __init__(self, n):
        self.n = n

    def shown(self):
        return str(self.n) + '!'


class Derived(Base):
    def __init__(self, n):
        super().__init__(n)

    def shown(self):
        return super().shown() + repr(self.n)


def numbers(n):
    yield from [str(i) * 2 for i in range(n)]
    return 'end' + str(n)


def outer():
    result = yield from numbers(2)
    yield result.upper()


m.set_events(2, sum(events))
for where in ('first' + str(1), None, [1, 2]):
    print(where, len(str(where) + 'x'))
print([str(i) + repr((i,)) for i in range(3)], {str(i): [i] for i in numbers(2)})
print(Derived(7).shown(), list(outer()))
first, *rest = map(str, range(3))
print(first, rest, ''.join(sorted('cab')) or None)
try:
    int('x' + str(rest))
except ValueError as e:
    print(str(e))
m.free_tool_id(2)

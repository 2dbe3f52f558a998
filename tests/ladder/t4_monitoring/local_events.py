# Events of one code object: they add to the global ones.
import sys

m = sys.monitoring
E = m.events
log = []
m.use_tool_id(4, "local")
m.register_callback(4, E.PY_START, lambda code, offset: log.append("start " + code.co_name))
m.register_callback(4, E.PY_RETURN, lambda code, offset, v: log.append(f"return {code.co_name} {v}"))


def f():
    return g() + 1


def g():
    return 1


def show(title):
    f()
    print(title, log)
    log.clear()


show("nothing")
m.set_local_events(4, g.__code__, E.PY_START | E.PY_RETURN)
print(m.get_local_events(4, g.__code__) == E.PY_START | E.PY_RETURN, m.get_local_events(4, f.__code__))
show("g")
m.set_events(4, E.PY_RETURN)
show("g, and every return")
m.set_local_events(4, g.__code__, 0)
show("every return")
m.set_events(4, 0)
show("nothing")
for bad in E.RAISE, -1, 1 << 30:
    try:
        m.set_local_events(4, g.__code__, bad)
    except ValueError as e:
        print("ValueError", str(e).split(" 0x")[0])
m.free_tool_id(4)

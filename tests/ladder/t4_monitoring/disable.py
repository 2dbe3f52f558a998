# DISABLE takes a tool off one place; other tools and other places stay; restart_events brings it back.
import sys

m = sys.monitoring
E = m.events
log = []


def once(code, line):
    log.append(("once", line - code.co_firstlineno))
    return m.DISABLE


def always(code, line):
    log.append(("always", line - code.co_firstlineno))


def f(n):
    total = 0
    for i in range(n):
        total += i
    return total


for tool, callback in (0, once), (1, always):
    m.use_tool_id(tool, callback.__name__)
    m.register_callback(tool, E.LINE, callback)
    m.set_local_events(tool, f.__code__, E.LINE)


def show(title):
    print(title, log)
    log.clear()


f(2)
show("first")
f(2)
show("second")
m.set_local_events(1, f.__code__, 0)
f(1)
show("without always")
m.restart_events()
f(1)
show("restarted")
f(1)
show("again")
m.set_local_events(0, f.__code__, 0)
m.set_local_events(0, f.__code__, E.LINE)
f(1)
show("turned off and on")


def refuse(code, offset, exc):
    return m.DISABLE


m.register_callback(0, E.RAISE, refuse)
m.set_events(0, E.RAISE)
try:
    int("x")
except ValueError as e:
    print(type(e).__name__, e)
try:
    int("x")
except ValueError as e:
    print("then", e)
for tool in 0, 1:
    m.free_tool_id(tool)

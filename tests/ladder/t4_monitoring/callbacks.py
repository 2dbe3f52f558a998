# What callbacks may do: set events, raise, collect, start threads; and no events fire inside them.
import gc
import sys
import threading

m = sys.monitoring
E = m.events
log = []
m.use_tool_id(3, "busy")


def helper():
    return 1


def f(x):
    y = x + 1
    return helper() + y


def turns_itself_off(code, offset):
    helper()
    gc.collect()
    log.append("start " + code.co_name)
    m.set_events(3, 0)


m.register_callback(3, E.PY_START, turns_itself_off)
m.set_events(3, E.PY_START)
f(1)
f(2)
print(log)


def turns_lines_on(code, offset):
    log.append("start " + code.co_name)
    m.set_local_events(3, f.__code__, E.LINE)


log.clear()
m.register_callback(3, E.PY_START, turns_lines_on)
m.register_callback(3, E.LINE, lambda code, line: log.append(line - f.__code__.co_firstlineno))
m.set_local_events(3, f.__code__, E.PY_START)
f(1)
f(1)
m.set_local_events(3, f.__code__, 0)
print(log)


def raises(code, offset):
    raise RuntimeError("from the callback")


m.register_callback(3, E.PY_START, raises)
m.set_local_events(3, helper.__code__, E.PY_START)
try:
    f(1)
except RuntimeError as e:
    print(e, e.__traceback__.tb_next.tb_frame.f_code.co_name)


def starts_a_thread(code, offset):
    t = threading.Thread(target=lambda: log.append(f(10)))
    t.start()
    t.join()


log.clear()
m.register_callback(3, E.PY_START, starts_a_thread)
m.set_local_events(3, helper.__code__, 0)
m.set_local_events(3, f.__code__, E.PY_START)
m.register_callback(3, E.PY_START, lambda *a: None)
print(f(1), log)
m.register_callback(3, E.PY_START, lambda code, offset: m.set_local_events(3, code, 0) or starts_a_thread(code, offset))
print(f(1), log)
m.free_tool_id(3)

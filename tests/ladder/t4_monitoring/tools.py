# Tool ids: claiming, naming, freeing, and what is refused.
import sys

m = sys.monitoring
E = m.events


def attempt(f, *args):
    try:
        print(f.__name__, args[0], "->", f(*args))
    except Exception as e:
        print(f.__name__, args[0], type(e).__name__, e)


print(m.DEBUGGER_ID, m.COVERAGE_ID, m.PROFILER_ID, m.OPTIMIZER_ID)
attempt(m.get_tool, 1)
attempt(m.use_tool_id, 1, "one")
attempt(m.use_tool_id, 1, "again")
attempt(m.use_tool_id, 2, 7)
attempt(m.use_tool_id, 6, "six")
attempt(m.use_tool_id, -1, "minus")
attempt(m.get_tool, 1)
attempt(m.get_events, 1)
attempt(m.get_events, 2)
attempt(m.set_events, 2, 0)
attempt(m.set_events, 1, E.LINE | E.PY_START)
print(m.get_events(1) == E.LINE | E.PY_START)
attempt(m.set_events, 1, 0)
attempt(m.set_events, 1, E.C_RETURN)
attempt(m.set_events, 1, E.C_RETURN | E.CALL)
m.set_events(1, E.C_RETURN | E.C_RAISE | E.CALL)
print(m.get_events(1) == E.CALL)
m.set_events(1, 0)
attempt(m.get_local_events, 1, 3)
attempt(m.set_local_events, 1, len, 0)
attempt(m.register_callback, 1, E.LINE | E.CALL, None)
attempt(m.register_callback, 1, 0, None)
print(m.register_callback(1, E.LINE, print), m.register_callback(1, E.LINE, None) is print)
attempt(m.free_tool_id, 1)
attempt(m.get_tool, 1)
attempt(m.free_tool_id, 1)
print(sorted(n for n in dir(E) if n.isupper() and "BRANCH" not in n))
print(E.NO_EVENTS, E.PY_START, E.LINE, E.JUMP)

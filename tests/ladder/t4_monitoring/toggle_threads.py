# Events are turned on and off for all code while threads are born, run and raise. After turning off returned, no callback of
# those events begins.
import sys
import threading
import time

m = sys.monitoring
E = m.events
m.use_tool_id(1, "toggle")
stop = False
off = True
spurious = 0
period = 0
seen = {}


def note(code, *rest):
    global spurious
    me = threading.get_ident()
    # A callback that had begun before turning off returned may finish: one for each thread.
    if off and seen.get(me) == period:
        spurious += 1
    if off:
        seen[me] = period
    else:
        seen.setdefault(me, -1)


events = E.LINE | E.PY_START | E.PY_RETURN | E.CALL | E.JUMP | E.RAISE | E.PY_YIELD
for name in "LINE PY_START PY_RETURN CALL JUMP RAISE PY_YIELD".split():
    m.register_callback(1, getattr(E, name), note)


def gen(n):
    for i in range(n):
        yield i


def work(n):
    total = 0
    for i in gen(n):
        try:
            if i % 7 == 0:
                raise ValueError(i)
            total += len(str(i))
        except ValueError:
            total += 1
    return total


def runner(results, k):
    rounds = 0
    while not stop or rounds == 0:
        assert work(50) == 84
        rounds += 1
        if rounds % 20 == 0:
            t = threading.Thread(target=work, args=(5,))
            t.start()
            t.join()
    results[k] = rounds


results = {}
threads = [threading.Thread(target=runner, args=(results, k)) for k in range(4)]
for t in threads:
    t.start()
for i in range(40):
    off = False
    m.set_events(1, events)
    time.sleep(0.003)
    m.set_events(1, 0)
    off = True
    time.sleep(0.002)
    period += 1
stop = True
for t in threads:
    t.join()
print("spurious", spurious)
print("every thread worked", all(n > 0 for n in results.values()), len(results))
print("threads seen", len(seen) >= 4)
m.free_tool_id(1)

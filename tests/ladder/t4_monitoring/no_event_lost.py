# A thread that passes a RESUME after set_events returned has every event of that call.
import sys
import threading

m = sys.monitoring
E = m.events
m.use_tool_id(5, "count")
counts = threading.local()


def start(code, offset):
    if code is step.__code__:
        counts.starts += 1


def line(code, number):
    if code is step.__code__:
        counts.lines += 1


def step(x):
    x += 1
    x *= 2
    return x


m.register_callback(5, E.PY_START, start)
m.register_callback(5, E.LINE, line)
ready = threading.Barrier(5)
done = threading.Barrier(5)
wrong = []


def runner():
    for rounds in range(30):
        counts.starts = counts.lines = 0
        ready.wait()
        for i in range(100):
            step(i)
        if (counts.starts, counts.lines) != ((100, 300) if rounds % 2 else (0, 0)):
            wrong.append((rounds, counts.starts, counts.lines))
        done.wait()


threads = [threading.Thread(target=runner) for _ in range(4)]
for t in threads:
    t.start()
for rounds in range(30):
    if rounds % 2:
        m.set_local_events(5, step.__code__, E.PY_START | E.LINE)
    ready.wait()
    done.wait()
    m.set_local_events(5, step.__code__, 0)
for t in threads:
    t.join()
print("wrong:", wrong)
m.free_tool_id(5)

# Nanoseconds that one event costs with a callback that does nothing: PY_START and LINE, above the same work without.
import sys
import time

N = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
m = sys.monitoring
E = m.events
TOOL = 3


def nothing_2(code, what):
    pass


def callee():
    pass


def calls(n):
    for _ in range(n):
        callee()


def lines(n):
    x = 0
    for _ in range(n):
        x = 1
        x = 2
        x = 3
        x = 4


def timed(function, n):
    start = time.thread_time_ns()
    function(n)
    return time.thread_time_ns() - start


def measure(name, event, function, per_round):
    """The least cost of several interleaved rounds."""
    m.register_callback(TOOL, event, nothing_2)
    best_on = best_off = None
    function(100)
    for _ in range(7):
        off = timed(function, N)
        m.set_events(TOOL, event)
        on = timed(function, N)
        m.set_events(TOOL, 0)
        best_on = on if best_on is None else min(on, best_on)
        best_off = off if best_off is None else min(off, best_off)
    print(name, round((best_on - best_off) / (N * per_round), 1))


m.use_tool_id(TOOL, 'bench')
measure('PY_START', E.PY_START, calls, 1)
measure('LINE', E.LINE, lines, 5)

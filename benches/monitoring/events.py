# Nanoseconds that one event costs with a callback that does nothing, above the same work without, for each kind of event. How many events
# the work makes is counted first.
import sys
import time

N = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
m = sys.monitoring
E = m.events
TOOL = 3
seen = 0


def nothing_2(code, what):
    pass


def nothing_3(code, what, value):
    pass


def nothing_4(code, what, function, first):
    pass


def no_hook(frame, event, arg):
    return no_hook


def counts(*args):
    global seen
    seen += 1


def counting_hook(frame, event, arg):
    global seen
    seen += 1
    return counting_hook


def callee():
    pass


def calls(n):
    for _ in range(n):
        callee()


def built_in(n):
    f = abs
    for _ in range(n):
        f(1)


def lines(n):
    x = 0
    for _ in range(n):
        x = 1
        x = 2
        x = 3
        x = 4


def branches(n):
    for i in range(n):
        if i < 0:
            pass
        if i is None:
            pass


def numbers(n):
    for i in range(n):
        yield i


def generators(n):
    for _ in numbers(n):
        pass


def raises(n):
    for _ in range(n):
        try:
            raise KeyError
        except KeyError:
            pass


def monitor(events, callback):
    def on(counting):
        for event in events:
            m.register_callback(TOOL, event, counts if counting else callback)
        m.set_events(TOOL, sum(events))
    return on, lambda: m.set_events(TOOL, 0)


def trace(set_hook):
    return lambda counting: set_hook(counting_hook if counting else no_hook), lambda: set_hook(None)


KINDS = {
    'PY_START': (calls, monitor([E.PY_START], nothing_2)),
    'PY_RETURN': (calls, monitor([E.PY_RETURN], nothing_3)),
    'PY_YIELD': (generators, monitor([E.PY_YIELD], nothing_3)),
    'LINE': (lines, monitor([E.LINE], nothing_2)),
    'INSTRUCTION': (lines, monitor([E.INSTRUCTION], nothing_2)),
    'BRANCH': (branches, monitor([E.BRANCH], nothing_3)),
    'JUMP': (lines, monitor([E.JUMP], nothing_3)),
    'CALL': (built_in, monitor([E.CALL], nothing_4)),
    'CALL+C_RETURN': (built_in, monitor([E.CALL, E.C_RETURN, E.C_RAISE], nothing_4)),
    'RAISE': (raises, monitor([E.RAISE], nothing_3)),
    'settrace': (lines, trace(sys.settrace)),
    'setprofile': (calls, trace(sys.setprofile)),
}


def timed(function, n):
    start = time.thread_time_ns()
    function(n)
    return time.thread_time_ns() - start


def measure(name, function, on, off):
    """The least cost of several interleaved rounds."""
    global seen
    best_on = best_off = None
    function(100)
    on(True)
    seen = 0
    function(1000)
    before = seen
    function(2000)
    per_round = (seen - 2 * before) / 1000
    off()
    for _ in range(7):
        without = timed(function, N)
        on(False)
        with_events = timed(function, N)
        off()
        best_on = with_events if best_on is None else min(with_events, best_on)
        best_off = without if best_off is None else min(without, best_off)
    print(name, round((best_on - best_off) / (N * per_round), 1))


m.use_tool_id(TOOL, 'bench')
if len(sys.argv) > 2:
    # One kind, once, without timing: for a counter of instructions.
    function, (on, off) = KINDS[sys.argv[2]]
    function(100)
    if sys.argv[3] == 'on':
        on(False)
    function(N)
    off()
else:
    for name, (function, (on, off)) in KINDS.items():
        measure(name, function, on, off)

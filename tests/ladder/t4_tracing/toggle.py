# Every kind of event, and both hooks, turned on and off while 8 threads are born, specialize, raise and die: no event is
# lost once turning on has returned, none comes once turning off has.
# timeout: 120
# By hand: toggle.py SECONDS prints the rate, too, and for each thread that made no progress in a window of 1 s whether the
# machine or the program kept it from running.
import gc
import sys
import threading
import time

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 1.5
WORKERS = 8
m = sys.monitoring
E = m.events
TOOL = 3


def leaf(n):
    if n % 2:
        return n
    return -n


def pieces(n):
    for i in range(n):
        yield i


def fails():
    raise ValueError


def work():
    """Some of every event. The number of events is the same each time."""
    total = 0
    for i in range(4):
        total += leaf(i)
    for i in pieces(3):
        total += i
    try:
        fails()
    except ValueError:
        total += abs(-1)
    try:
        int('x')
    except ValueError:
        total += len('ab')
    return total


CODES = {f.__code__ for f in (leaf, pieces, fails, work)}
local = threading.local()
troubles = []


def count(code, *args):
    if code in CODES:
        local.n += 1
        if local.n % 997 == 0:
            gc.collect()


def hook(frame, event, arg):
    if frame.f_code in CODES:
        local.n += 1
    return hook


def profile_hook(frame, event, arg):
    if frame.f_code in CODES:
        local.n += 1


m.use_tool_id(TOOL, 'toggle')
names = ['PY_START', 'PY_RESUME', 'PY_RETURN', 'PY_YIELD', 'CALL', 'LINE', 'INSTRUCTION', 'JUMP', 'STOP_ITERATION',
         'RAISE', 'EXCEPTION_HANDLED', 'PY_UNWIND', 'PY_THROW', 'RERAISE']
names += ['BRANCH_LEFT', 'BRANCH_RIGHT'] if hasattr(E, 'BRANCH_LEFT') else ['BRANCH']
for name in names:
    m.register_callback(TOOL, getattr(E, name), count)

# What can be on: (name, turn on, turn off, what `armed` says while it is on in this thread).
kinds = []
for name in names:
    kinds.append((name, lambda e=getattr(E, name): m.set_events(TOOL, e), lambda: m.set_events(TOOL, 0), lambda: True))
every = 0
for name in names:
    every |= getattr(E, name)
kinds.append(('all', lambda: m.set_events(TOOL, every), lambda: m.set_events(TOOL, 0), lambda: True))
kinds.append(('one function', lambda: m.set_local_events(TOOL, leaf.__code__, E.LINE | E.PY_START),
              lambda: m.set_local_events(TOOL, leaf.__code__, 0), lambda: True))
kinds.append(('settrace', lambda: threading.settrace_all_threads(hook), lambda: threading.settrace_all_threads(None),
              lambda: sys.gettrace() is hook))
kinds.append(('setprofile', lambda: threading.setprofile_all_threads(profile_hook),
              lambda: threading.setprofile_all_threads(None), lambda: sys.getprofile() is profile_hook))

# How many events `work` makes of each kind.
expected = {}
local.n = 0
for name, on, off, armed in kinds:
    on()
    work()
    local.n = 0
    work()
    seen = local.n
    off()
    work()
    if local.n != seen:
        troubles.append(f'{name}: events after turning off')
    expected[name] = seen

# (number, kind that is on, or None), replaced whole. Odd numbers: something is changing.
state = (0, None)
going = True
counters = [0] * WORKERS
born = [0] * WORKERS


def worker(slot):
    local.n = 0
    for _ in range(40 + slot):
        if not going:
            return
        before, n = state, local.n
        armed = before[1] is None or before[1][3]()
        work()
        got = local.n - n
        after = state
        counters[slot] += 1
        if before is after and before[0] % 2 == 0:
            if before[1] is None:
                if got:
                    troubles.append(f'{got} events while nothing is on')
            elif armed and before[1][3]() and got != expected[before[1][0]]:
                troubles.append(f'{before[1][0]}: {got} events, not {expected[before[1][0]]}')
    raise SystemExit


threads = [None] * WORKERS


def keep_alive():
    """Threads die after a while, and others take their place."""
    while going:
        for slot in range(WORKERS):
            if threads[slot] is None or not threads[slot].is_alive():
                born[slot] += 1
                threads[slot] = threading.Thread(target=worker, args=(slot,))
                threads[slot].start()
        time.sleep(0.0005)




def processor(thread):
    """Seconds that a thread ran, and that it was ready to run and had no processor; None if the system does not tell."""
    try:
        with open(f'/proc/self/task/{thread.native_id}/schedstat') as file:
            ran, waited, _ = file.read().split()
    except (OSError, ValueError, AttributeError):
        return None
    return int(ran) / 1e9, int(waited) / 1e9


def look():
    """What every thread has done so far: (works, thread, its processor times), the keeper's last."""
    return [(n, t, processor(t)) for n, t in zip(counters + [0], threads + [keeper])]


def stuck_in(took, last, now):
    """The threads without progress in a window of `took` seconds: (by the machine, by the program)."""
    by = [0, 0]
    for old, new in zip(last[:-1], now[:-1]):
        if old[0] == new[0]:
            # A thread that died, perhaps another than at the start of the window, waits for the keeper to start one.
            old, new = (old, new) if old[1] is new[1] and new[2] else (last[-1], now[-1])
            if old[2] is None or new[2] is None:
                by[1] += 1
                print(f'  no progress in {took:.2f} s, processor times unknown')
                continue
            ran, waited = (b - a for a, b in zip(old[2], new[2]))
            by[waited < took / 2] += 1
            print(f'  no progress in {took:.2f} s: ran {ran:.3f} s, had no processor for {waited:.3f} s')
    return by


keeper = threading.Thread(target=keep_alive)
keeper.start()
toggles = rounds = 0
start = window = time.monotonic()
stuck = [0, 0]
last = look()
while time.monotonic() - start < SECONDS or rounds < len(kinds):
    kind = kinds[rounds % len(kinds)]
    for after in kind, None:
        state = (state[0] + 1, None)
        (kind[1] if after else kind[2])()
        state = (state[0] + 1, after)
        toggles += 1
        time.sleep(0.0003 * (rounds % 4))
    rounds += 1
    now = time.monotonic()
    if now - window >= 1:
        seen = look()
        stuck = [a + b for a, b in zip(stuck, stuck_in(now - window, last, seen))]
        last, window = seen, time.monotonic()
going = False
keeper.join()
for thread in threads:
    thread.join()
m.free_tool_id(TOOL)
print(len(troubles), 'troubles', sorted(set(troubles))[:9])
print('every kind:', rounds >= len(kinds), 'every thread worked:', all(counters), 'some died:', sum(born) > WORKERS)
if len(sys.argv) > 1:
    took = time.monotonic() - start
    print(f'{toggles} toggles in {took:.0f} s: {toggles / took:.0f} a second; {sum(counters)} works by {sum(born)} '
          f'threads; without progress in a window of 1 s: {stuck[0]} without a processor, {stuck[1]} otherwise')

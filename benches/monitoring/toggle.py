# LINE events of all code turned on and off while 8 threads run: how long each call takes, and whether every thread goes on.
#     toggle.py SECONDS [FUNCTIONS]      FUNCTIONS: how many functions of 20 lines each thread runs, besides a small one
import sys
import threading
import time

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 5
FUNCTIONS = int(sys.argv[2]) if len(sys.argv) > 2 else 0
m = sys.monitoring
TOOL = 3
going = True
counters = [0] * 8


def leaf(n):
    if n % 2:
        return n
    return -n


def make(count):
    names = {}
    for i in range(count):
        exec(f'def f{i}(n):\n' + '    n += 1\n' * 20 + '    return n\n', names)
    return [f for name, f in names.items() if name.startswith('f')]


functions = make(FUNCTIONS)


def worker(slot):
    while going:
        for i in range(50):
            leaf(i)
        for f in functions:
            f(0)
        counters[slot] += 1


def processor(thread):
    """Seconds that a thread ran, and that it was ready to run and had no processor; None if the system does not tell."""
    try:
        with open(f'/proc/self/task/{thread.native_id}/schedstat') as file:
            ran, waited, _ = file.read().split()
    except (OSError, ValueError, AttributeError):
        return None
    return int(ran) / 1e9, int(waited) / 1e9


def show(name, times):
    times.sort()
    at = lambda q: times[min(len(times) - 1, int(len(times) * q))] / 1e6
    print(f'{name}: {len(times)} calls, ms: p50 {at(0.5):.3f}, p90 {at(0.9):.3f}, p99 {at(0.99):.3f}, max {times[-1] / 1e6:.3f}')
    buckets = [0] * 16
    for t in times:
        buckets[min(15, max(0, (t // 1000).bit_length()))] += 1
    print(f'{name}-histogram (power of 2, microseconds):', *[f'<{1 << i}:{n}' for i, n in enumerate(buckets) if n])


m.use_tool_id(TOOL, 'bench')
m.register_callback(TOOL, m.events.LINE, lambda code, line: m.DISABLE)
threads = [threading.Thread(target=worker, args=(i,)) for i in range(8)]
for t in threads:
    t.start()
on, off, stuck, starved = [], [], 0, 0
start = window = time.monotonic()
last = list(counters)
ran = [processor(t) for t in threads]
while time.monotonic() - start < SECONDS:
    for times, events in (on, m.events.LINE), (off, 0):
        before = time.perf_counter_ns()
        m.set_events(TOOL, events)
        times.append(time.perf_counter_ns() - before)
        time.sleep(0.002)
    now = time.monotonic()
    if now - window >= 1:
        for slot, thread in enumerate(threads):
            times = processor(thread)
            if counters[slot] == last[slot]:
                stuck += 1
                waited = times[1] - ran[slot][1] if times and ran[slot] else 0
                starved += waited < (now - window) / 2
            ran[slot] = times
        last, window = list(counters), time.monotonic()
going = False
for t in threads:
    t.join()
show('on', on)
show('off', off)
print(f'threads without progress in a window of 1 s: {stuck}, of them with a processor for half of it: {starved}')

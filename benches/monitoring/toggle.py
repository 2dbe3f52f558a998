# LINE events of all code turned on and off while 8 threads run: how long each call takes, and whether every thread goes on.
import sys
import threading
import time

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 5
m = sys.monitoring
TOOL = 3
going = True
counters = [0] * 8


def leaf(n):
    if n % 2:
        return n
    return -n


def worker(slot):
    while going:
        for i in range(50):
            leaf(i)
        counters[slot] += 1


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
on, off, stuck = [], [], 0
start = window = time.monotonic()
last = list(counters)
while time.monotonic() - start < SECONDS:
    for times, events in (on, m.events.LINE), (off, 0):
        before = time.perf_counter_ns()
        m.set_events(TOOL, events)
        times.append(time.perf_counter_ns() - before)
        time.sleep(0.002)
    now = time.monotonic()
    if now - window >= 1:
        stuck += sum(a == b for a, b in zip(counters, last))
        last, window = list(counters), now
going = False
for t in threads:
    t.join()
show('on', on)
show('off', off)
print('threads without progress in a window of 1 s:', stuck)

"""Runs kernels of benches/kernels/ in the threads of one process.

    python kernel.py KERNEL count  LOOPS              run LOOPS times in one thread, and nothing else
    python kernel.py KERNEL count  LOOPS TOOL         first run a little: with no tool (`never`), with one that wants every event
                                                      and is then freed (`after`), with one that wants every event of a function
                                                      that the kernel does not call, and stays (`beside`)
    python kernel.py KERNEL curve  PIECES             time each of the first PIECES pieces, a fiftieth of a loop each
    python kernel.py KERNEL time   THREADS LOOPS PIN  warm up, say "ready", wait for a line, run in THREADS threads

`time` prints one line per thread: thread, loops, processor seconds, start, end. LOOPS 0 finds how many loops take about
`PIN` seconds, prints `loops N`, and measures nothing. Each loop is `INNER` iterations of the kernel; its result is checked.
"""

import sys
import time

try:
    cpu_clock = time.thread_time
except AttributeError:
    cpu_clock = time.perf_counter


def load(path):
    with open(path) as file:
        text = file.read()
    names = {'__name__': 'kernel', '__file__': path}
    exec(compile(text, path, 'exec'), names)
    return names['run'], names['INNER'], names['EXPECTED']


def pin(index):
    import os
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[index % len(cores)]})


def repeat(run, inner, expected, thread, loops):
    for _ in range(loops):
        got = run(thread, inner)
        if got != expected:
            raise SystemExit('wrong result: %r, expected %r' % (got, expected))


def stranger(n):
    """No kernel calls this."""
    for i in range(n):
        abs(i)


def with_tool(which, work):
    """Calls `work` as TOOL says; how many events the tool had."""
    monitoring, seen = sys.monitoring, []
    events = [e for n, e in vars(monitoring.events).items() if isinstance(e, int) and e and not n.startswith('_')]
    every = 0
    if which != 'never':
        monitoring.use_tool_id(4, 'kernel')
        for event in events:
            every |= event
            monitoring.register_callback(4, event, lambda *args: seen.append(None))
    if which == 'after':
        monitoring.set_events(4, every)
    if which == 'beside':
        local = every & (1 << 11) - 1
        monitoring.set_local_events(4, stranger.__code__, local)
        stranger(10)
    work()
    if which == 'after':
        monitoring.free_tool_id(4)
    return len(seen)


def main():
    path, mode = sys.argv[1:3]
    run, inner, expected = load(path)
    if mode == 'count':
        if len(sys.argv) > 4:
            print('events', with_tool(sys.argv[4], lambda: run(0, max(1, inner // 20))))
        repeat(run, inner, expected, 0, int(sys.argv[3]))
        print('inner', inner)
        return
    if mode == 'curve':
        times = []
        for _ in range(int(sys.argv[3])):
            start = time.perf_counter()
            run(0, max(1, inner // 50))
            times.append(time.perf_counter() - start)
        for took in times:
            print('piece %.9f' % took)
        return
    count, loops, option = int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    if loops == 0:
        loops = 1
        repeat(run, inner, expected, 0, 1)
        while True:
            start = time.perf_counter()
            repeat(run, inner, expected, 0, loops)
            took = time.perf_counter() - start
            if took >= float(option) / 4:
                print('loops', max(1, round(loops * float(option) / took)), inner)
                return
            loops *= 4
    results = [None] * count
    errors = []
    import threading
    gate = threading.Barrier(count + 1)

    def work(index):
        try:
            if option == 'pin':
                pin(index)
            repeat(run, inner, expected, index, max(1, loops // 8))
            gate.wait()
            gate.wait()
            cpu, start = cpu_clock(), time.perf_counter()
            repeat(run, inner, expected, index, loops)
            end = time.perf_counter()
            results[index] = (cpu_clock() - cpu, start, end)
        except BaseException as error:
            errors.append(error)
            gate.abort()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    try:
        gate.wait()
        print('ready', flush=True)
        sys.stdin.readline()
        gate.wait()
    except threading.BrokenBarrierError:
        pass
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    for index in range(count):
        print('time', index, loops, '%.9f %.9f %.9f' % results[index])


main()

"""Runs an unmodified benchmark program in one or more threads of this process.

    python drive.py PROGRAM verify  THREADS [small]
    python drive.py PROGRAM measure THREADS SECONDS [LOOPS...]

`verify` prints a digest of what the program computes, per thread. `measure` finds how many loops take SECONDS (or
takes them as given, one number per benchmark), says "ready", waits for a line on standard input, runs, and prints
per benchmark and thread: the seconds pyperf would report, the processor seconds, and the wall seconds.

Each thread executes the program anew in a module of its own. The one change made to a program is its `random`: the
module-level generator would be shared by the threads, so each module gets a `random.Random` of its own.
"""

import sys
import time

folder = sys.argv[0].rpartition('/')[0] or '.'
if folder not in sys.path:
    sys.path.insert(0, folder)

import pyperf

# Expressions over a program's names that give a result to compare, where the benchmark itself gives none.
PROBES = {
    'nbody': ['BODIES', 'report_energy()'],
    'spectral_norm': ['eval_AtA_times_u([1] * 12)', 'eval_AtA_times_u([0.5, 2, 3, 4.25])'],
    'fannkuch': ['[fannkuch(n) for n in range(3, 8)]'],
    'nqueens': ['list(n_queens(6))'],
    'scimark': ['MonteCarlo(2000)', '[Random(113).nextDouble() for _ in range(3)]', '[Random(7).RandomMatrix(ArrayList(3, 3)).data]'],
    'raytrace': ['str(Vector(1, 2, 3).cross(Vector(4, 5, 6)))'],
    'barnes_hut': ['calculate_system_energy(create_deterministic_galaxy(40, 500.0, 400.0))', '[(advance_system(p, 0.5, 0.1, 1000, 800), calculate_system_energy(p)) for p in [create_deterministic_galaxy(20, 500.0, 400.0)]]'],
    'go': ['[to_xy(p) for p in (0, 5, 80)]'],
}

# Replacements that make a program small: option defaults, module globals, positional arguments by benchmark name.
SMALL_OPTIONS = {'iterations': 40, 'digits': 60, 'width': 12, 'height': 12, 'level': 2, 'particles': 12}
SMALL_GLOBALS = {'spectral_norm': {'DEFAULT_N': 12}, 'go': {'GAMES': 3}}
SMALL_ARGS = {
    'fannkuch': (6,), 'nqueens': (5,), 'float': (200,), 'deltablue': (8,), 'gc_traversal': (4,),
    'create_gc_cycles': (10, 10), 'scimark_sor': (12, 2), 'scimark_sparse_mat_mult': (50, 250),
    'scimark_monte_carlo': (500,), 'scimark_lu': (8,), 'scimark_fft': (32, 2),
}


def program_name(path):
    return path.split('/')[-2][len('bm_'):]


def load(path, code, options, small):
    """Executes the program in a fresh module; gives its names and its benchmarks."""
    name = program_name(path)
    pyperf.set_options(options)
    names = {'__name__': '__main__', '__file__': path, '__doc__': None, '__package__': None}
    exec(code, names)
    if 'random' in names and hasattr(names['random'], 'Random'):
        names['random'] = names['random'].Random(0)
    benchmarks = pyperf.take_noted()
    if small:
        names.update(SMALL_GLOBALS.get(name, {}))
        for benchmark in benchmarks:
            new = SMALL_ARGS.get(benchmark.name)
            if new:
                benchmark.args = new + tuple(benchmark.args[len(new):])
    return names, benchmarks


def checksum(text):
    """A digest that needs no library."""
    value = len(text)
    for start in range(0, len(text), 4096):
        for char in text[start:start + 4096]:
            value = (value * 1000003 + ord(char)) % 2305843009213693951
    return value


def describe(value):
    text = repr(value)
    if ' at 0x' in text:
        text = '<an object>'
    return '%d characters, checksum %d, %s' % (len(text), checksum(text), text[:50])


def plain(value, depth=4):
    """Whether a value is made of plain data, so that its repr is comparable."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return True
    if isinstance(value, (list, tuple)):
        return depth > 0 and all(plain(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return depth > 0 and all(plain(k, 0) and plain(v, depth - 1) for k, v in value.items())
    return False


def verify(path, code, small, say, picture):
    options = dict(SMALL_OPTIONS) if small else {}
    if program_name(path) in ('raytrace', 'chaos'):
        # These two can write the picture they made.
        options['filename'] = picture
    names, benchmarks = load(path, code, options, small)
    for benchmark in benchmarks:
        loops = 1 if benchmark.kind == 'time' else 2
        seconds, value = benchmark.run(loops)
        assert seconds >= 0
        if benchmark.kind != 'time':
            say('%s returned %s' % (benchmark.name, describe(value)))
    if 'filename' in options:
        with open(picture, 'rb') as file:
            data = file.read()
        say('picture %s' % describe(list(data)))
    for name in sorted(names):
        if not name.startswith('_') and plain(names[name]):
            say('global %s %s' % (name, describe(names[name])))
    for probe in PROBES.get(program_name(path), ()):
        say('probe %s: %s' % (probe, describe(eval(probe, names))))


def in_threads(count, work):
    """Runs work(i) in `count` threads (in this one when it is 1) and gives the errors."""
    errors = []
    if count == 1:
        work(0)
        return errors
    import threading

    def guarded(i):
        try:
            work(i)
        except BaseException as error:
            errors.append('%s: %s' % (type(error).__name__, error))

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def calibrate(benchmark, seconds):
    loops = 1
    while True:
        start = time.perf_counter()
        benchmark.run(loops)
        took = time.perf_counter() - start
        if took >= seconds * 0.6:
            return max(1, round(loops * seconds / took))
        loops = max(loops + 1, min(loops * 8, int(loops * seconds * 0.8 / max(took, 1e-9))))


def main():
    path, mode, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(path) as file:
        code = compile(file.read(), path, 'exec')
    if mode == 'verify':
        small = 'small' in sys.argv[4:]
        lines = [[] for _ in range(count)]
        tag = '%x' % int(time.time() * 1e6)
        errors = in_threads(count, lambda i: verify(path, code, small, lines[i].append, 'picture_%s_%d.ppm' % (tag, i)))
        for i in range(count):
            for line in lines[i]:
                print('verify', i, line)
        for error in errors:
            print('error', error)
        sys.exit(1 if errors else 0)

    seconds, given = float(sys.argv[4]), [int(n) for n in sys.argv[5:]]
    cpu_clock = getattr(time, 'thread_time', time.process_time)
    results = [[] for _ in range(count)]
    if not given:
        names, benchmarks = load(path, code, {}, False)
        for benchmark in benchmarks:
            print('loops', benchmark.name, calibrate(benchmark, seconds), benchmark.inner_loops)
        return
    if count > 1:
        import threading
        gate = threading.Barrier(count)
        wait = gate.wait
    else:
        wait = lambda: None

    def work(i):
        names, benchmarks = load(path, code, {}, False)
        # Warm: the measured loops run in the state that a longer run has.
        for benchmark, loops in zip(benchmarks, given):
            benchmark.run(max(1, loops // 10))
        wait()
        if i == 0:
            sys.stdout.write('ready\n')
            sys.stdout.flush()
            sys.stdin.readline()
        for benchmark, loops in zip(benchmarks, given):
            wait()
            cpu, start = cpu_clock(), time.perf_counter()
            inner, _ = benchmark.run(loops)
            end = time.perf_counter()
            results[i].append((benchmark.name, loops, inner / benchmark.inner_loops, cpu_clock() - cpu, start, end))

    def broken(i):
        try:
            work(i)
        except BaseException:
            # The other threads must not wait for this one.
            if count > 1:
                gate.abort()
            raise

    errors = in_threads(count, broken)
    for i in range(count):
        for name, loops, inner, cpu, start, end in results[i]:
            print('time', i, name, loops, '%.9f %.9f %.9f %.9f' % (inner, cpu, start, end))
    for error in errors:
        print('error', error)
    sys.exit(1 if errors else 0)


main()

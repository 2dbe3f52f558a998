"""A small stand-in for pyperf: what the benchmark programs use of it, and nothing else.

`Runner` does not run anything by itself. It notes the benchmarks, and `drive.py` runs them: so that one process can
hold several threads, each with a copy of the program, all starting at the same moment.
"""

import sys
import time
import _thread

perf_counter = time.perf_counter

# Thread ident -> list of noted benchmarks. Each thread touches its own entry only.
_noted = {}
# Thread ident -> {option name: value} that replace the program's own defaults.
_options = {}


class Benchmark:
    """One benchmark of a program."""

    def __init__(self, name, kind, function, args, inner_loops):
        self.name = name
        self.kind = kind
        self.function = function
        self.args = args
        self.inner_loops = inner_loops or 1

    def run(self, loops):
        """Runs `loops` loops; gives the seconds measured as pyperf measures them, and the last returned value."""
        if self.kind == 'time':
            return self.function(loops, *self.args), None
        function, args, value = self.function, self.args, None
        if self.kind == 'async':
            start = perf_counter()
            for _ in range(loops):
                value = _finish(function(*args))
            return perf_counter() - start, value
        start = perf_counter()
        for _ in range(loops):
            value = function(*args)
        return perf_counter() - start, value


def _finish(coroutine):
    """Runs a coroutine that never really waits."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


class _Namespace:
    pass


class _ArgumentParser:
    """Knows the options' names and defaults; the command line is empty."""

    def __init__(self):
        self.defaults = []

    def add_argument(self, *names, default=None, type=None, dest=None, action=None, **ignored):
        name = dest or names[-1].lstrip('-').replace('-', '_')
        if action == 'store_true':
            default = False
        self.defaults.append((name, default))

    def parse_args(self, args=None):
        result = _Namespace()
        chosen = _options.get(_thread.get_ident(), {})
        for name, default in self.defaults:
            setattr(result, name, chosen.get(name, default))
        return result


class Runner:
    """Takes the calls of pyperf.Runner that the programs make."""

    def __init__(self, add_cmdline_args=None, **ignored):
        self.metadata = {}
        self.argparser = _ArgumentParser()
        self.args = None

    def parse_args(self, args=None):
        if self.args is None:
            self.args = self.argparser.parse_args(args)
        return self.args

    def _note(self, name, kind, function, args, inner_loops):
        _noted.setdefault(_thread.get_ident(), []).append(Benchmark(name, kind, function, args, inner_loops))

    def bench_func(self, name, func, *args, inner_loops=None, metadata=None):
        self._note(name, 'func', func, args, inner_loops)

    def bench_time_func(self, name, time_func, *args, inner_loops=None, metadata=None):
        self._note(name, 'time', time_func, args, inner_loops)

    def bench_async_func(self, name, func, *args, inner_loops=None, metadata=None, loop_factory=None):
        self._note(name, 'async', func, args, inner_loops)


def take_noted():
    """The benchmarks that this thread's program noted."""
    return _noted.pop(_thread.get_ident(), [])


def set_options(options):
    """Values for this thread's programs in place of their options' defaults."""
    _options[_thread.get_ident()] = options

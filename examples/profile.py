"""A call profiler for a program and all its threads, on sys.monitoring. It prints folded stacks.

    python profile.py [--calls] [--toggle SECONDS] PROGRAM [ARGUMENT...] > stacks.txt

A line is a stack, outermost function first, and the microseconds spent in its last function itself (with `--calls`: how
often it was called so). flamegraph.pl and speedscope draw such files. `--toggle` turns the profiler off and on again
every so often while the program runs. In other programs: Profiler(), start, stop, folded.
"""

import os
import sys
import threading
import time

M = sys.monitoring
E = M.events
HIDDEN = (__file__, threading.Thread.run.__code__.co_filename)


class Profiler:
    def __init__(self, calls=False, wanted=lambda name: name not in HIDDEN, tool=M.PROFILER_ID):
        self.calls = calls
        self.wanted = wanted  # says whether a file's functions are shown
        self.tool = tool
        self.local = threading.local()
        self.threads = []  # of each thread and round: {stack: weight}
        self.round = 0  # one from start to stop
        M.use_tool_id(tool, "profiler")
        enter = (E.PY_START, E.PY_RESUME, E.PY_THROW)
        leave = (E.PY_RETURN, E.PY_YIELD, E.PY_UNWIND)
        for events, callback in (
            (enter[:1], self.entered),
            (enter[1:], self.resumed),
            (leave, self.left),
            ((E.CALL,), self.called),
            ((E.C_RETURN, E.C_RAISE), self.returned),
        ):
            for event in events:
                M.register_callback(tool, event, callback)
        self.events = sum(enter + leave) | E.CALL

    def start(self):
        self.round += 1
        M.set_events(self.tool, self.events)

    def stop(self):
        M.set_events(self.tool, 0)

    def thread(self, entering=False):
        """This thread's state. In a new round it begins with the frames that are there."""
        local = self.local
        if getattr(local, "round", None) != self.round:
            local.round = self.round
            local.weights = {}
            self.threads.append(local.weights)
            local.stack = ["main" if threading.get_ident() == threading.main_thread().ident else "thread"]
            frames, frame = [], sys._getframe(1)
            while frame is not None:
                if self.wanted(frame.f_code.co_filename):
                    frames.append(frame.f_code.co_qualname)
                frame = frame.f_back
            for name in reversed(frames[1:] if entering else frames):
                local.stack.append(local.stack[-1] + ";" + name)
            local.last = time.perf_counter_ns()
        return local

    def push(self, name, entering=False, call=1):
        local = self.thread(entering)
        if not self.calls:
            self.charge(local)
        stack = local.stack[-1] + ";" + name
        local.stack.append(stack)
        if self.calls:
            local.weights[stack] = local.weights.get(stack, 0) + call

    def pop(self, name):
        local = self.thread()
        if not self.calls:
            self.charge(local)
        # What was entered before the round began is not on top.
        for depth in range(len(local.stack) - 1, 0, -1):
            if local.stack[depth].endswith(";" + name):
                del local.stack[depth:]
                break

    def charge(self, local):
        """Charges the time since the last event to the stack as it is."""
        now = time.perf_counter_ns()
        local.weights[local.stack[-1]] = local.weights.get(local.stack[-1], 0) + now - local.last
        local.last = now

    def entered(self, code, offset):
        if self.wanted(code.co_filename):
            self.push(code.co_qualname, True)

    def resumed(self, code, offset, thrown=None):
        if self.wanted(code.co_filename):
            self.push(code.co_qualname, True, call=0)

    def left(self, code, offset, value):
        if self.wanted(code.co_filename):
            self.pop(code.co_qualname)

    def called(self, code, offset, function, first):
        # Calls of Python functions show themselves by PY_START.
        if self.wanted(code.co_filename) and not hasattr(getattr(function, "__func__", function), "__code__"):
            self.push(name_of(function))

    def returned(self, code, offset, function, first):
        if self.wanted(code.co_filename):
            self.pop(name_of(function))

    def folded(self):
        """[(stack, weight)], sorted."""
        total = {}
        for weights in self.threads:
            for stack, weight in list(weights.items()):
                total[stack] = total.get(stack, 0) + weight
        return sorted(total.items())


def name_of(function):
    name = getattr(function, "__qualname__", None)
    return name if type(name) is str else type(function).__qualname__


def main(arguments):
    calls, toggle = arguments[:1] == ["--calls"], None
    arguments = arguments[1:] if calls else arguments
    if arguments[:1] == ["--toggle"]:
        toggle, arguments = float(arguments[1]), arguments[2:]
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return
    if not arguments:
        sys.exit(__doc__)
    program = os.path.abspath(arguments[0])
    sys.argv = arguments
    sys.path.insert(0, os.path.dirname(program))
    profiler = Profiler(calls)
    ended = threading.Event()

    def flip():
        while not ended.wait(toggle):
            profiler.stop()
            if not ended.wait(toggle):
                profiler.start()

    with open(program, encoding="utf-8") as file:
        code = compile(file.read(), program, "exec")
    profiler.start()
    if toggle:
        threading.Thread(target=flip, daemon=True).start()
    try:
        exec(code, {"__name__": "__main__", "__file__": program})
    finally:
        ended.set()
        profiler.stop()
        unit = 1 if calls else 1000
        for stack, weight in profiler.folded():
            if weight >= unit:
                print(stack, weight // unit)


if __name__ == "__main__":
    main(sys.argv[1:])

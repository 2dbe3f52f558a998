# examples/profile.py on a program with threads, generators and native calls: how often each stack was called.
# timeout: 60
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../examples"))
from profile import Profiler


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def numbers(n):
    for i in range(n):
        yield i


class Box:
    def __init__(self, n):
        self.n = n

    def get(self):
        return self.n


def fails():
    raise ValueError


def work(n):
    total = sum(numbers(n)) + fib(5) + Box(n).get() + len("abc")
    try:
        fails()
    except ValueError:
        total += int("7")
    try:
        int("x")
    except ValueError:
        total += 1
    return total


def in_threads(n):
    threads = [threading.Thread(target=work, args=(n,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


profiler = Profiler(calls=True, wanted=lambda name: name == __file__)
in_threads(2)
print(profiler.folded())
profiler.start()
in_threads(3)
profiler.stop()
in_threads(2)


def shown():
    # What threading itself calls is the implementation's business.
    return [(stack, weight) for stack, weight in profiler.folded() if stack.startswith("thread;work")]


for stack, weight in shown():
    print(stack, weight)
first = dict(shown())
profiler.start()
in_threads(3)
profiler.stop()
print(all(weight == 2 * first[stack] for stack, weight in shown()), len(shown()) == len(first))

# Turned on in mid-flight: the stack that is there comes along.
inside, leave = threading.Event(), threading.Event()


def waits():
    inside.set()
    leave.wait()
    return fib(1)


def outer():
    return waits()


profiler.threads.clear()
thread = threading.Thread(target=outer)
thread.start()
inside.wait()
profiler.start()
leave.set()
thread.join()
profiler.stop()
print([entry for entry in profiler.folded() if entry[0].startswith("thread")])

timed = Profiler(wanted=lambda name: name == __file__, tool=4)
timed.start()
in_threads(3)
timed.stop()
print(all(weight >= 0 for _, weight in timed.folded()), "thread;work;fib" in dict(timed.folded()))

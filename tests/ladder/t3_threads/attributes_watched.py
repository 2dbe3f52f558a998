# timeout: 60
"""A thread that waits for an attribute, which its class has too, sees the one that another thread gives the object."""
import sys
import threading

OBJECTS = 4000
sys.setswitchinterval(0.00001)


class Flags:
    on = done = False


things = [Flags() for _ in range(OBJECTS)]


def first():
    for thing in things:
        thing.on = True
        while not thing.done:
            pass


def second():
    for thing in things:
        while not thing.on:
            pass
        thing.done = True


threads = [threading.Thread(target=f) for f in (first, second)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sum(t.on and t.done for t in things), "of", OBJECTS)

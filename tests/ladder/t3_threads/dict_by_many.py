# options: -X gc=stress:40
"""Threads that ask for an object's __dict__ at the same moment, and others that list its names, find every attribute there."""
import threading

THREADS = 4
OBJECTS = 100
NAMES = [f"a{i}" for i in range(30)]


things = []
for n in range(OBJECTS):
    # Its class has no other instance, so its attributes do not lie in the object itself.
    thing = type("Thing", (), {})()
    for i, name in enumerate(NAMES):
        setattr(thing, name, n + i)
    things.append(thing)

together = threading.Barrier(THREADS)
wrong = []


def work(k):
    for n, thing in enumerate(things):
        together.wait()
        if k % 2:
            found = sorted(name for name in dir(thing) if name in NAMES)
        else:
            found = sorted(thing.__dict__)
            if thing.__dict__["a7"] != n + 7:
                wrong.append((n, "value"))
        if found != sorted(NAMES):
            wrong.append((n, k, found))


threads = [threading.Thread(target=work, args=(k,)) for k in range(THREADS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(OBJECTS, "objects,", len(wrong), "wrong")
if wrong:
    print(wrong[0])

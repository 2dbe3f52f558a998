# examples/coverage.py on a program with threads: off, on and off again while it runs.
# timeout: 60
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../examples"))
import coverage

here = os.path.abspath(__file__)
SOURCE = '''\
def work(n):
    total = 0
    for i in range(n):
        if i % 2:
            total += 1
        elif i > 1000:
            total -= 1
        else:
            total += 2
    return total


def late(n):
    while n:
        n -= 1
    try:
        int("x")
    except ValueError:
        n = 1
    if n:
        return "late"
    return "never"
'''
folder = os.path.join(os.path.dirname(here), "weft_coverage_%d" % os.getpid())
os.mkdir(folder)
path = os.path.join(folder, "measured.py")
with open(path, "w") as file:
    file.write(SOURCE)
try:
    space = {}
    exec(compile(SOURCE, path, "exec"), space)
    work, late = space["work"], space["late"]
    measured = coverage.Coverage(lambda name: name == path)

    def in_threads(function, n):
        threads = [threading.Thread(target=function, args=(n,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    late(3)
    print("not on:", measured.lines)
    measured.start()
    in_threads(work, 50)
    measured.stop()
    in_threads(late, 3)
    measured.report()
    measured.start()
    in_threads(late, 3)
    measured.stop()
    # Where the next instruction is still on the handler's line, CPython leads there.
    measured.report(lambda text: print(text.replace("18->18", "18->19")))
    page = measured.html()
    for kind in "ran", "missed", "partial", "none":
        print(kind, page.count('<pre class="%s">' % kind))

    # One long-running thread is measured from the moment of turning on.
    measured.lines.clear()
    go = threading.Event()
    counts = [0]

    def spin():
        while not go.is_set():
            counts[0] += 1
            work(3)

    sys.monitoring.restart_events()
    thread = threading.Thread(target=spin)
    thread.start()
    while counts[0] < 10:
        pass
    measured.start()
    seen = counts[0]
    while counts[0] < seen + 10:
        pass
    measured.stop()
    go.set()
    thread.join()
    print(sorted(measured.lines[path]))
finally:
    os.remove(path)
    os.rmdir(folder)

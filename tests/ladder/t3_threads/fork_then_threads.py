# stderr: ignore
"""A child makes threads of its own, allocates, collects, and ends by the ordinary way out."""
import atexit
import gc
import os
import sys
import threading

atexit.register(lambda: print("atexit", "child" if os.getpid() != parent else "parent"))
parent = os.getpid()
stop = False


def busy():
    while not stop:
        [object() for _ in range(100)]


background = [threading.Thread(target=busy) for _ in range(3)]
for t in background:
    t.start()
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    results = []

    def work(n):
        results.append(sum(len(str(i)) for i in range(n)))

    ours = [threading.Thread(target=work, args=(1000 * (i + 1),)) for i in range(4)]
    for t in ours:
        t.start()
    gc.collect()
    for t in ours:
        t.join()
    gc.collect()
    print(sorted(results))
    sys.exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
stop = True
for t in background:
    t.join()
print("end")

# stderr: ignore
# timeout: 120
"""Forks amid threads that are born, die, allocate, take locks, import and print: every child works and ends."""
import gc
import os
import sys
import threading

stop = threading.Event()
lock = threading.Lock()
counts = {}


def allocate():
    keep = []
    while not stop.is_set():
        keep.append([{} for _ in range(50)])
        if len(keep) > 20:
            keep.clear()


def take_locks():
    while not stop.is_set():
        with lock:
            counts["locked"] = counts.get("locked", 0) + 1


def breed():
    while not stop.is_set():
        t = threading.Thread(target=len, args=("x",))
        t.start()
        t.join()


def sleep():
    while not stop.wait(0.0005):
        pass


threads = [threading.Thread(target=f) for f in (allocate, take_locks, breed, sleep)]
for t in threads:
    t.start()
codes = []
for i in range(25):
    pid = os.fork()
    if pid == 0:
        total = []
        ours = [threading.Thread(target=total.append, args=(j,)) for j in range(3)]
        for t in ours:
            t.start()
        for t in ours:
            t.join()
        gc.collect()
        os._exit(10 + len(total) if threading.active_count() == 1 else 99)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
stop.set()
for t in threads:
    t.join()
print(codes == [13] * 25, counts["locked"] > 0)

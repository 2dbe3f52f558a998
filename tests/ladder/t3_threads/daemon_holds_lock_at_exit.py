"""Daemons hold locks, wait, sleep and print when the program ends; exit functions run first, in reverse order."""
import atexit
import threading
import time

lock = threading.Lock()
ready = threading.Barrier(4)


def holder():
    with lock:
        ready.wait()
        time.sleep(1000)


def waiter():
    ready.wait()
    with lock:
        print("never")


def sleeper():
    ready.wait()
    while True:
        time.sleep(0.0001)


for f in (holder, waiter, sleeper):
    threading.Thread(target=f, daemon=True).start()
ready.wait()
atexit.register(lambda: print("locked at exit:", lock.locked()))
atexit.register(lambda: print("alive at exit:", threading.active_count()))
print("main ends")

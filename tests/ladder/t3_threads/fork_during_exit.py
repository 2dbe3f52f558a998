# stderr: ignore
# timeout: 60
"""A daemon forks while the program ends: the program ends all the same, and so does each child."""
import atexit
import os
import threading
import time


def forks():
    while True:
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)


def spins():
    while True:
        pass


atexit.register(print, "first registered, last called")
atexit.register(print, "last registered, first called")
for f in (forks, spins):
    threading.Thread(target=f, daemon=True).start()
time.sleep(0.05)
print("main ends")

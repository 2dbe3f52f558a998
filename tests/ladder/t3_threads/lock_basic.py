# Lock: acquire, release, with, locked, timeouts, errors.
import threading
l = threading.Lock()
print(l.acquire(), l.locked(), l.acquire(blocking=False), l.acquire(timeout=0.01), l.release(), l.locked())
with l: print('inside', l.locked())
print(l.locked())
try: l.release()
except RuntimeError as e: print(e)
for f in (lambda: l.acquire(False, 1), lambda: l.acquire(timeout=-2)):
    try: f()
    except ValueError as e: print(e)
try:
    with l: raise KeyError
except KeyError: print(l.locked())
l.acquire()
t = threading.Thread(target=l.release)
t.start(); t.join()
print('released by another thread:', not l.locked())

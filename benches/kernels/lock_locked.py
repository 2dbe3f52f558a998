"""Every thread asks one shared lock whether it is held. Reading it must write nothing."""
import threading

LOCK = threading.Lock()
INNER = 40000


def run(thread, n):
    locked = LOCK.locked
    held = 0
    for _ in range(n):
        if locked():
            held += 1
        if LOCK.locked():
            held += 1
    return held


EXPECTED = 0

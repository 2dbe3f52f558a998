"""Each thread takes and gives back a lock of its own, in a with statement."""
import threading

INNER = 15000


def run(thread, n):
    lock = threading.Lock()
    total = 0
    for _ in range(n):
        with lock:
            total += 1
    return total == n


EXPECTED = True

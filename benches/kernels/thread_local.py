"""Each thread reads and writes its own part of one shared threading.local."""
import threading

LOCAL = threading.local()
INNER = 20000


def run(thread, n):
    LOCAL.value = 0
    for _ in range(n):
        LOCAL.value = LOCAL.value + 1
    return LOCAL.value == n


EXPECTED = True

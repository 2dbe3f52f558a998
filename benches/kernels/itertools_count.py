"""Contended by design: all threads draw numbers from one itertools.count."""
import itertools

COUNT = itertools.count()
INNER = 20000


def run(thread, n):
    last = -1
    rising = True
    for _ in range(n):
        x = next(COUNT)
        rising = rising and x > last
        last = x
    return rising


EXPECTED = True

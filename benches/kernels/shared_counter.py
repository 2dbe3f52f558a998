"""Contended by design: all threads store into one attribute of one object."""
INNER = 20000


class Counter:
    def __init__(self):
        self.value = 0


SHARED = Counter()


def run(thread, n):
    for i in range(n):
        SHARED.value = i
    return True


EXPECTED = True

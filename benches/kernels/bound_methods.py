"""Every thread calls a method of one shared object, and makes bound methods of it."""
INNER = 20000


class Counter:
    def __init__(self):
        self.step = 2

    def next(self, i):
        return i + self.step


SHARED = Counter()


def run(thread, n):
    i = 0
    for _ in range(n):
        i = SHARED.next(i)
        method = SHARED.next
        i = method(i)
    return i == 4 * n


EXPECTED = True

"""Threads call shared closures and make new ones over the same code."""
INNER = 15000


def adder(step):
    def add(x):
        return x + step
    return add


ADD = adder(3)


def run(thread, n):
    x = 0
    for _ in range(n):
        x = ADD(x)
        x = adder(1)(x)
    return x == 4 * n


EXPECTED = True

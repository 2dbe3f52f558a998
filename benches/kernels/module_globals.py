"""Module globals and builtins are read by all threads, and never written."""
SCALE = 3
OFFSET = 4
INNER = 30000


def scaled(x):
    return x * SCALE + OFFSET


def run(thread, n):
    total = 0
    for i in range(n):
        total += scaled(i) - abs(OFFSET) - len('')
    return total == 3 * (n * (n - 1) // 2)


EXPECTED = True

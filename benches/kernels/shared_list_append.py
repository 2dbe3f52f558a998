"""Contended by design: all threads append to one list."""
ITEMS = []
INNER = 10000


def run(thread, n):
    append = ITEMS.append
    for i in range(n):
        append(i)
    if len(ITEMS) > 500000:
        ITEMS.clear()
    return True


EXPECTED = True

"""Each thread fills, updates and empties a dict of its own."""
INNER = 300


def run(thread, n):
    size = 0
    for _ in range(n):
        table = {}
        for i in range(40):
            table[i] = i
        for i in range(40):
            table[i] += 1
        for i in range(20):
            del table[i]
        size += len(table)
    return size == 20 * n


EXPECTED = True

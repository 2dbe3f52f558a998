"""Every thread unpacks and indexes one shared tuple of objects."""
ROWS = tuple((i, str(i), i * 0.5) for i in range(32))
INNER = 900


def run(thread, n):
    total = 0
    for _ in range(n):
        for number, text, half in ROWS:
            total += number
        total += ROWS[7][0]
    return total == n * (496 + 7)


EXPECTED = True

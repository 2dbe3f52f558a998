"""Every thread indexes and walks one list that nobody changes."""
ITEMS = list(range(64))
INNER = 600


def run(thread, n):
    total = 0
    items = ITEMS
    for _ in range(n):
        for item in items:
            total += item
        for i in range(0, 64, 2):
            total += items[i]
    return total == n * (2016 + 992)


EXPECTED = True

"""Every thread looks keys up in one dict that nobody changes."""
TABLE = {'key%d' % i: i for i in range(64)}
KEYS = list(TABLE)
INNER = 600


def run(thread, n):
    total = 0
    table = TABLE
    for _ in range(n):
        for key in KEYS:
            total += table[key]
    return total == n * 2016


EXPECTED = True

"""Lists, dicts and tuples made and dropped: the heap's own scaling."""
INNER = 5000


def run(thread, n):
    kept = [None] * 16
    for i in range(n):
        kept[i % 16] = [i, (i, i + 1), {'a': i}]
    return len(kept)


EXPECTED = 16

"""Exceptions raised through two calls and caught."""
INNER = 4000


def inner(i):
    if i % 2:
        raise ValueError(i)
    return i


def outer(i):
    return inner(i)


def run(thread, n):
    caught = 0
    for i in range(n):
        try:
            outer(i)
        except ValueError as e:
            caught += e.args[0] % 2
    return caught == n // 2


EXPECTED = True

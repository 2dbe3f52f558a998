"""Generators made and run in each thread from shared functions."""
INNER = 700


def numbers(n):
    for i in range(n):
        yield i


def evens(source):
    for x in source:
        if x % 2 == 0:
            yield x


def run(thread, n):
    total = 0
    for _ in range(n):
        total += sum(evens(numbers(40)))
    return total == n * 380


EXPECTED = True

"""Recursive calls of one shared function: frames and arguments."""
INNER = 25


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def run(thread, n):
    total = 0
    for _ in range(n):
        total += fib(15)
    return total == 610 * n


EXPECTED = True

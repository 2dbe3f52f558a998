"""Arithmetic on floats and integers with nothing shared: the measure of the machine itself."""
INNER = 30000


def run(thread, n):
    x = 0.5
    k = 1
    for _ in range(n):
        x = x * 3.7 * (1.0 - x)
        k = k * 5 % 1009
    return 0.0 < x < 1.0 and 0 < k < 1009


EXPECTED = True

"""Every thread reads attributes of one shared instance."""
INNER = 40000


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


SHARED = Point(3, 4)


def run(thread, n):
    total = 0
    for _ in range(n):
        total += SHARED.x + SHARED.y
    return total == 7 * n


EXPECTED = True

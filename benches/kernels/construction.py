"""Objects of one shared class with an __init__ of five attributes, as a dataclass makes it."""
INNER = 10000


class Record:
    def __init__(self, name, size, owner=None, tag='', flags=0):
        self.name = name
        self.size = size
        self.owner = owner
        self.tag = tag
        self.flags = flags


def run(thread, n):
    total = 0
    for i in range(n):
        total += Record('a', i, flags=1).size
    return total == n * (n - 1) // 2


EXPECTED = True

# The old sequence protocol.
class S:
    def __getitem__(self, i):
        if i < 2:
            return i
        raise IndexError


def f():
    s = 0
    for x in S():
        s += x
    return s


f()

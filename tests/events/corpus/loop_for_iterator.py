# A user's iterator.
class It:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 2:
            raise StopIteration
        return self.n


def f():
    s = 0
    for x in It():
        s += x
    return s


f()

# A user's iterator.
# differs: monitoring RAISE f -- a for loop takes the end of an iterator without raising
# differs: settrace exception f -- a for loop takes the end of an iterator without raising
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

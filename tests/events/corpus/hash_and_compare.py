# User's __hash__ and __eq__ called by a dict, __lt__ by sort.
class K:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


def f():
    d = {K(1): 1}
    d[K(2)] = 2
    sorted([K(2), K(1)])
    return len(d)


f()

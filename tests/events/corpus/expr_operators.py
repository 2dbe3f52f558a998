# Operators with user's methods.
class V:
    def __init__(self, n):
        self.n = n

    def __add__(self, other):
        return V(self.n + other.n)

    def __eq__(self, other):
        return self.n == other.n

    def __neg__(self):
        return V(-self.n)


def f():
    a = V(1) + V(2)
    b = -a
    return a == b


f()

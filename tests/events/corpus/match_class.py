# match on classes.
class P:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y


def f(p):
    match p:
        case P(0, y):
            return y
        case P(x=x):
            return x
        case int(n):
            return n


f(P(0, 1))
f(P(2, 3))
f(7)

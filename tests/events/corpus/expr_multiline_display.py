# Displays over several lines.
def g(x):
    return x


def f():
    return [
        g(1),
        g(2),
    ], {
        "a": g(3),
        "b": g(4),
    }


f()

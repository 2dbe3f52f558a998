# Keyword arguments and defaults.
def g(a, b=2, *, c=3):
    return a + b + c


def f():
    g(1)
    g(1, b=5)
    return g(1, c=7)


f()

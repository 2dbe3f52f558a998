# Calls as arguments of calls.
def g(x):
    return x


def f():
    return g(g(g(1)) + g(2))


f()

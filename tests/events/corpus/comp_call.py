# Calls in a comprehension.
def g(x):
    return x


def f():
    return [g(x) for x in (1, 2)]


f()

# A function that calls another.
def inner(x):
    return x + 1


def outer(x):
    y = inner(x)
    return inner(y)


outer(1)

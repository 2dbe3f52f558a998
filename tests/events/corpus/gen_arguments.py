# A generator whose iterable is made outside.
def g(n):
    yield n


def f():
    return [x for x in g(3)]


f()

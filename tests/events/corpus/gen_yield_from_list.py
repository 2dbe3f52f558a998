# yield from a list.
def outer():
    yield from [1, 2]


def f():
    return list(outer())


f()

# Three generators deep.
def a():
    yield 1


def b():
    yield from a()


def c():
    yield from b()


for x in c():
    pass

# An exception through several functions.
def a():
    raise KeyError


def b():
    a()


def c():
    try:
        b()
    except KeyError:
        return 1


c()

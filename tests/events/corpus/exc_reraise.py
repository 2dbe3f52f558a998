# A bare raise.
def a():
    try:
        raise KeyError
    except KeyError:
        raise


def f():
    try:
        a()
    except KeyError:
        return 1


f()

# A handler that does not match.
def a():
    try:
        raise KeyError
    except ValueError:
        return 0


def f():
    try:
        a()
    except KeyError:
        return 1


f()

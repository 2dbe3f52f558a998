# An error in a handler.
def a():
    try:
        raise KeyError
    except KeyError:
        1 / 0


def f():
    try:
        a()
    except ZeroDivisionError:
        return 1


f()

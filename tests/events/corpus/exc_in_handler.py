# An error in a handler.
# differs: settrace return a -- CPython remembers the line of the last raise while it cleans up
# differs: setprofile return a -- CPython remembers the line of the last raise while it cleans up
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

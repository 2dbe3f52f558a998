# A bare raise.
# differs: settrace return a -- CPython remembers the line of the last raise while it cleans up
# differs: setprofile return a -- CPython remembers the line of the last raise while it cleans up
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

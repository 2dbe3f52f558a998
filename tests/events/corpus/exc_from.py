# raise from.
# differs: settrace return a -- CPython remembers the line of the last raise while it cleans up
# differs: setprofile return a -- CPython remembers the line of the last raise while it cleans up
def a():
    try:
        {}[1]
    except KeyError as e:
        raise ValueError from e


def f():
    try:
        a()
    except ValueError:
        return 1


f()

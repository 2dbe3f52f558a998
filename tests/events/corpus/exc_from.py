# raise from.
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

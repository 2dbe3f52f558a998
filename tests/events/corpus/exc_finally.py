# finally, without and with an exception.
def a(x):
    try:
        if x:
            raise KeyError
    finally:
        y = 1


def f():
    a(0)
    try:
        a(1)
    except KeyError:
        return 1


f()

# A call with wrong arguments.
def g(a):
    return a


def f():
    try:
        g()
    except TypeError:
        return 0


f()

# Tests for None.
def f(x):
    if x is None:
        return 1
    if x is not None:
        y = 2
    return y


f(None)
f(1)

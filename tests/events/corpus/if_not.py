# not.
def f(x):
    if not x:
        return 1
    return 2


f(0)
f(1)

# Code that cannot be reached.
def f():
    return 1
    x = 2


f()

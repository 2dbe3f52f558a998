# Several statements on a line.
def f():
    a = 1; b = 2; c = a + b
    return c


f()

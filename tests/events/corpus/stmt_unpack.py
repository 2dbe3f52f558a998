# Unpacking.
def f():
    a, b = 1, 2
    a, b = b, a
    c, *d = [1, 2, 3]
    (e, f), g = (1, 2), 3
    return a, b, c, d, e, f, g


f()

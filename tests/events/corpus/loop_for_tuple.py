# for with unpacking.
def f():
    s = 0
    for a, b in ((1, 2), (3, 4)):
        s += a * b
    return s


f()

# Slices.
def f():
    x = [1, 2, 3, 4]
    x[1:3] = [9]
    y = x[:2]
    del x[0:1]
    return x, y


f()

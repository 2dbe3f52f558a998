# and, or as values.
def f(a, b):
    x = a and b
    y = a or b
    return x, y


f(0, 2)
f(1, 2)

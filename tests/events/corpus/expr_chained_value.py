# Chained comparison as a value.
def f(x):
    y = 0 < x < 10
    return y


f(-1)
f(5)

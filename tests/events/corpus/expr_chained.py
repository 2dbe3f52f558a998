# Chained comparison.
def f(x):
    if 0 < x < 10:
        return 1
    return 0


f(-1)
f(5)
f(15)

# if on one line.
def f(x):
    if x: return 1
    return 2


f(0)
f(1)

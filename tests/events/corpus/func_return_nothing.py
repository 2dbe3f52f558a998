# Bare return.
def f(x):
    if x:
        return
    y = 1


f(0)
f(1)

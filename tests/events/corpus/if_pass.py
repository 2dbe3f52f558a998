# Empty branches.
def f(x):
    if x:
        pass
    else:
        pass
    return x


f(0)
f(1)

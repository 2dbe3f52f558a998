# if with else, both ways.
def f(x):
    if x:
        y = 1
    else:
        y = 2
    return y


f(0)
f(1)

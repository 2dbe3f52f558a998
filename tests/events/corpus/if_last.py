# if as the last statement.
def f(x):
    if x:
        y = 1


f(0)
f(1)

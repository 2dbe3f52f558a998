# if without else.
def f(x):
    y = 0
    if x > 1:
        y = 1
    return y


f(0)
f(2)

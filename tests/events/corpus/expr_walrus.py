# An assignment in an expression.
def f(x):
    if (y := x + 1) > 2:
        return y
    return 0


f(0)
f(5)

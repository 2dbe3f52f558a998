# try with everything.
def f(x):
    try:
        y = 1 // x
    except ZeroDivisionError:
        y = 2
    else:
        y = 3
    finally:
        z = y
    return z


f(0)
f(1)

# Several targets.
def f():
    a = b = c = 1
    x = [0]
    x[0] = y = 5
    return a + b + c + y


f()

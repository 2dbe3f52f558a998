# elif.
def f(x):
    if x == 0:
        return "zero"
    elif x == 1:
        return "one"
    elif x == 2:
        r = "two"
    else:
        r = "many"
    return r


f(0)
f(1)
f(2)
f(3)

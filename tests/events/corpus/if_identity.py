# is, in, and their opposites.
def f(x, xs):
    if x in xs:
        return 1
    if x not in xs and x is not xs:
        return 2
    return 3


f(1, [1])
f(2, [1])

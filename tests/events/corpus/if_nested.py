# if in if.
def f(a, b):
    if a:
        if b:
            return 1
        x = 2
    else:
        if b:
            x = 3
        else:
            x = 4
    return x


f(0, 0)
f(0, 1)
f(1, 0)
f(1, 1)

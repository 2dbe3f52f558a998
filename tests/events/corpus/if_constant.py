# Conditions known beforehand.
def f():
    if 1:
        x = 1
    if 0:
        x = 2
    if True:
        x += 1
    else:
        x = 9
    return x


f()

# A loop in a loop.
def f():
    n = 0
    i = 0
    while i < 2:
        j = 0
        while j < 2:
            n += 1
            j += 1
        i += 1
    return n


f()

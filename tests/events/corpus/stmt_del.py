# del.
def f():
    x = 1
    d = {1: 2}
    del x
    del d[1]
    return len(d)


f()

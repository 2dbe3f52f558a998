# Calls with * and **.
def g(*args, **kw):
    return len(args) + len(kw)


def f():
    args = (1, 2)
    kw = {"x": 1}
    g(*args)
    g(0, *args)
    g(**kw)
    return g(*args, y=2, **kw)


f()

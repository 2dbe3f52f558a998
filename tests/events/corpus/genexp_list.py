# A generator expression consumed by list.
def f():
    return list(x + 1 for x in (1, 2) if x)


f()

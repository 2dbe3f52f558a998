# pass in a row.
def f():
    pass
    x = 1
    pass
    return x


f()

# An empty body.
def f():
    for i in range(2):
        pass
    return i


f()

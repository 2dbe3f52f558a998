# Lambda.
def f():
    g = lambda x: x + 1
    return g(1) + (lambda: 5)()


f()

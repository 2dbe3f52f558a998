# A generator expression.
def f():
    return sum(x for x in range(3))


f()

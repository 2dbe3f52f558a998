# return in a generator loop.
def g(n):
    for i in range(n):
        if i == 1:
            return
        yield i


def f():
    return list(g(3))


f()

# An exception handled two calls up, in a loop.
def low(n):
    if n == 1:
        raise KeyError
    return n


def mid(n):
    return low(n)


def f():
    out = []
    for n in range(3):
        try:
            out.append(mid(n))
        except KeyError:
            out.append(-1)
    return out


f()

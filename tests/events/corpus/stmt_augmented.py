# Augmented assignment to attributes and items.
class C:
    n = 1


def f():
    c = C()
    c.n += 1
    d = [1]
    d[0] += 2
    return c.n + d[0]


f()

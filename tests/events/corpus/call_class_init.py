# A class with __init__.
class C:
    def __init__(self, x):
        self.x = x


def f():
    c = C(3)
    return c.x


f()
f()

# A class with __new__ and __init__.
class C:
    def __new__(cls, *args):
        self = object.__new__(cls)
        return self

    def __init__(self, x):
        self.x = x


def f():
    return C(3).x


f()

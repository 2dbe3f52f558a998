# Two managers.
class M:
    def __init__(self, n):
        self.n = n

    def __enter__(self):
        return self.n

    def __exit__(self, *exc):
        return None


def f():
    with M(1) as a, M(2) as b:
        x = a + b
    return x


f()

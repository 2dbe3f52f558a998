# with.
class M:
    def __enter__(self):
        return 1

    def __exit__(self, *exc):
        return None


def f():
    with M() as m:
        x = m
    return x


f()

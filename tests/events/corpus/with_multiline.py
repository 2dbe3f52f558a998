# with over several lines.
class M:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None


def f():
    with (
        M() as a,
        M() as b,
    ):
        x = 1
    return x


f()

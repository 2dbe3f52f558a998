# return out of with.
class M:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None


def f():
    with M():
        return 1


f()

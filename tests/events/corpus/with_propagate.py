# __exit__ that does not swallow.
class M:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False


def f():
    try:
        with M():
            raise KeyError
    except KeyError:
        return 1


f()

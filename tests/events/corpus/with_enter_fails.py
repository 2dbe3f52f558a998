# __enter__ that raises.
class M:
    def __enter__(self):
        raise KeyError

    def __exit__(self, *exc):
        return None


def f():
    try:
        with M():
            x = 1
    except KeyError:
        return 1


f()

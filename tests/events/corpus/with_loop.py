# break and continue out of with.
class M:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return None


def f():
    for i in range(3):
        with M():
            if i == 0:
                continue
            if i == 1:
                break
    return i


f()

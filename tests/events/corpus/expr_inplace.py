# In-place operators with a user's method.
class V:
    n = 0

    def __iadd__(self, other):
        self.n += other
        return self


def f():
    v = V()
    v += 3
    v += 4
    return v.n


f()

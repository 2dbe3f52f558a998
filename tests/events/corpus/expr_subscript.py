# Subscripts with user's methods.
class D:
    def __getitem__(self, k):
        return k

    def __setitem__(self, k, v):
        self.k = v

    def __delitem__(self, k):
        del self.k


def f():
    d = D()
    d[1] = 2
    x = d[3]
    del d[1]
    return x


f()

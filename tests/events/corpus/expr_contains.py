# __contains__.
class C:
    def __contains__(self, x):
        return x == 1


def f():
    c = C()
    return 1 in c, 2 in c


f()

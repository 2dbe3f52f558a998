# __call__.
class C:
    def __call__(self, x):
        return x * 2


def f():
    c = C()
    return c(4)


f()

# A descriptor.
class D:
    def __get__(self, instance, owner):
        return 4

    def __set__(self, instance, value):
        pass


class C:
    d = D()


def f():
    c = C()
    c.d = 1
    return c.d


f()

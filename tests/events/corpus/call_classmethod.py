# classmethod and staticmethod.
class C:
    @classmethod
    def make(cls):
        return cls()

    @staticmethod
    def double(x):
        return 2 * x


def f():
    C.make()
    return C.double(2)


f()

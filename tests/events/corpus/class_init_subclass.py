# __init_subclass__ and __set_name__.
class D:
    def __set_name__(self, owner, name):
        self.name = name


class A:
    def __init_subclass__(cls):
        cls.seen = True


class B(A):
    d = D()

# Base classes and a metaclass.
class Meta(type):
    def __new__(mcls, name, bases, space):
        return super().__new__(mcls, name, bases, space)


class A(metaclass=Meta):
    pass


class B(A):
    pass

# Base classes and a metaclass.
# differs: monitoring CALL Meta.__new__ -- the operand of zero-argument super() does not tell it from super(class, self)
# differs: monitoring C_RETURN Meta.__new__ -- the operand of zero-argument super() does not tell it from super(class, self)
class Meta(type):
    def __new__(mcls, name, bases, space):
        return super().__new__(mcls, name, bases, space)


class A(metaclass=Meta):
    pass


class B(A):
    pass

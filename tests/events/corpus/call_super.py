# super().
# differs: monitoring CALL B.m -- the operand of zero-argument super() does not tell it from super(class, self)
# differs: monitoring C_RETURN B.m -- the operand of zero-argument super() does not tell it from super(class, self)
class A:
    def m(self):
        return 1


class B(A):
    def m(self):
        return super().m() + 1


def f():
    return B().m()


f()

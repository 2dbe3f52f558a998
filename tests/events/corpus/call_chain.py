# A chain of method calls over several lines.
class B:
    def a(self):
        return self

    def b(self):
        return self


def f():
    return (
        B()
        .a()
        .b()
    )


f()

# f-strings with a user's __format__ and __str__.
class C:
    def __str__(self):
        return "c"

    def __format__(self, spec):
        return "<" + spec + ">"


def f():
    c = C()
    return f"{c:x} {c!s}"


f()

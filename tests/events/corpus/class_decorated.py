# A decorated class.
def mark(cls):
    cls.marked = True
    return cls


@mark
class C:
    pass


x = C.marked

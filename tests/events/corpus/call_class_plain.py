# A class without __init__.
class C:
    pass


def f():
    return C()


f()

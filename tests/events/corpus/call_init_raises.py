# __init__ that raises.
class C:
    def __init__(self):
        raise ValueError("no")


def f():
    try:
        C()
    except ValueError:
        pass


f()

# Something that cannot be called.
def f():
    x = 3
    try:
        x()
    except TypeError:
        return 0


f()

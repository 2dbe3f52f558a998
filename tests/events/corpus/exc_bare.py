# A bare except.
def f():
    try:
        1 / 0
    except:
        return 1


f()

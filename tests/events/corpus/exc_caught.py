# raise and except.
def f():
    try:
        raise ValueError("x")
    except ValueError:
        x = 1
    return x


f()

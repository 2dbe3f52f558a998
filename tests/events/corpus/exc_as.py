# except as.
def f():
    try:
        raise ValueError("x")
    except ValueError as e:
        x = e.args
    return x


f()

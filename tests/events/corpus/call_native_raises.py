# A built-in function that raises.
def f():
    try:
        int("x")
    except ValueError:
        return 1


f()

# Calls of built-in functions.
def f():
    a = len("abc")
    b = abs(-3)
    return max(a, b)


f()

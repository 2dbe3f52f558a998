# A built-in function called with *.
def f():
    pair = (3, 4)
    a = max(*pair)
    b = dict(**{"k": 1})
    return a, b


f()

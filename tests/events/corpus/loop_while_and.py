# A loop with two conditions.
def f():
    a, b = 3, 5
    while a and b > 3:
        a -= 1
        b -= 1
    return a, b


f()

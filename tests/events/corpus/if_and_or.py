# and, or in a condition.
def f(a, b):
    if a and b:
        return 1
    if a or b:
        return 2
    return 3


f(0, 0)
f(0, 1)
f(1, 0)
f(1, 1)

# A comprehension with conditions.
def f():
    return [x for x in range(4) if x % 2 if x > 1]


f()

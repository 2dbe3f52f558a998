# A list comprehension.
def f():
    return [x * 2 for x in range(3)]


f()

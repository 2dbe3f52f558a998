# Two loops in one comprehension.
def f():
    return [x * y for x in range(2) for y in range(2)]


f()

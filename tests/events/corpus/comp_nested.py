# Nested comprehensions.
def f():
    return [[y for y in range(x)] for x in range(3)]


f()

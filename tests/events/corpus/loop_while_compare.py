# while with a comparison.
def f():
    n = 0
    while n < 3:
        n += 1
    return n


f()

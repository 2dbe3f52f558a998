# if with else in a loop.
def f():
    a = b = 0
    for i in range(4):
        if i % 2:
            a += 1
        else:
            b += 1
    return a, b


f()

# A loop on one line.
def f():
    n = 0
    for i in range(3): n += i
    return n


f()

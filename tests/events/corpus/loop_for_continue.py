# continue.
def f():
    n = 0
    for i in range(4):
        if i % 2:
            continue
        n += i
    return n


f()

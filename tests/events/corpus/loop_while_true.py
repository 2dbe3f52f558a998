# while True with break.
def f():
    n = 0
    while True:
        n += 1
        if n == 3:
            break
    return n


f()

# while with continue.
def f():
    n = k = 0
    while n < 4:
        n += 1
        if n & 1:
            continue
        k += n
    return k


f()

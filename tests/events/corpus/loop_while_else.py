# while with else.
def f(stop):
    n = 0
    while n < 2:
        n += 1
        if n == stop:
            break
    else:
        n = 10
    return n


f(1)
f(5)

# try in a loop.
def f():
    n = 0
    for x in (1, 0, 2):
        try:
            n += 1 // x
        except ZeroDivisionError:
            n += 10
    return n


f()

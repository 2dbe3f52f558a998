# A generator that is left.
def g():
    n = 0
    while True:
        yield n
        n += 1


it = g()
next(it)
next(it)
it.close()

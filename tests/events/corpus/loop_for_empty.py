# for over nothing.
def f():
    for x in ():
        x += 1
    return 0


f()

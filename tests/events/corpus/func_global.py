# global.
total = 0


def f():
    global total
    total += 1


f()
f()

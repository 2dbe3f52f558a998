# for over a list, with more than one line.
def f():
    total = 0
    for x in [1, 2, 3]:
        y = x * 2
        total += y
    return total


f()

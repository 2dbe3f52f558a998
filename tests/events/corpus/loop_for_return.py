# return out of a loop.
def f():
    for i in range(5):
        if i == 2:
            return i


f()

# break.
def f():
    for i in range(10):
        if i > 1:
            break
        j = i
    return j


f()

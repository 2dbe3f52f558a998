# break and continue through finally.
def f():
    n = 0
    for i in range(3):
        try:
            if i == 0:
                continue
            if i == 1:
                break
        finally:
            n += 1
    return n


f()

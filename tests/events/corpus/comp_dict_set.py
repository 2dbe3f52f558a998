# Dict and set comprehensions.
def f():
    d = {k: k + 1 for k in range(2)}
    s = {k % 2 for k in range(3)}
    return len(d), len(s)


f()

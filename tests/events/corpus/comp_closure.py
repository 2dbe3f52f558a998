# A comprehension whose variable is captured.
def f():
    fs = [lambda: x for x in range(2)]
    return fs[0]()


f()

# exit: 1
def f():
    return [(yield x) for x in y]

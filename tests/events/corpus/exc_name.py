# Names that are not there.
def f():
    n = 0
    try:
        nowhere
    except NameError:
        n += 1
    try:
        later
        later = 1
    except UnboundLocalError:
        n += 1
    return n


f()

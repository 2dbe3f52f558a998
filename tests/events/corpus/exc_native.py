# Errors out of operators and subscripts.
def f():
    n = 0
    try:
        [][1]
    except IndexError:
        n += 1
    try:
        1 + ""
    except TypeError:
        n += 1
    try:
        n.missing
    except AttributeError:
        n += 1
    return n


f()

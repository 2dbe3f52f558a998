# else of try.
def f(x):
    try:
        if x:
            raise KeyError
    except KeyError:
        y = 1
    else:
        y = 2
    return y


f(0)
f(1)

# The name of a handler is unbound after it.
def f():
    try:
        raise KeyError
    except KeyError as e:
        pass
    try:
        e
    except UnboundLocalError:
        return 1


f()

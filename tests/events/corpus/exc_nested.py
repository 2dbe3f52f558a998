# try in a handler.
def f():
    try:
        raise KeyError
    except KeyError:
        try:
            raise ValueError
        except ValueError:
            x = 1
    return x


f()

# return in finally swallows the exception.
def f():
    while True:
        try:
            raise KeyError
        finally:
            break
    return 1


f()

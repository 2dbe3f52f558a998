# return through finally.
def f():
    try:
        return 1
    finally:
        x = 2


f()

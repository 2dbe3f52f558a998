# exit: 1
# A bare raise keeps the first line.
def f():
    raise OSError('original')
def g():
    try:
        f()
    except OSError:
        print('seen')
        raise
g()

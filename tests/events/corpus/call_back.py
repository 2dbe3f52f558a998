# Python functions called by built-in ones.
def key(x):
    return -x


def f():
    a = sorted([1, 3, 2], key=key)
    b = list(map(key, [1, 2]))
    return a, b


f()

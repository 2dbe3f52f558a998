# assert, holding and not.
def f(x):
    assert x
    assert x > 1, "small"
    return x


def g():
    f(2)
    try:
        f(1)
    except AssertionError:
        pass
    try:
        f(0)
    except AssertionError:
        return 1


g()

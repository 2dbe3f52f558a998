# Defaults that call.
def d():
    return 3


def f(a=d(), *, b=d()):
    return a + b


f()

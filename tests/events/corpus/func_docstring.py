# A docstring alone, and pass alone.
def f():
    """Doc."""


def g():
    pass


def h():
    ...


f()
g()
h()

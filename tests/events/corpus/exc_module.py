# An exception that leaves the module.
def f():
    raise KeyError


f()

# exit: 1
# Frames of a generator and of a lambda.
def g():
    yield 1
    raise KeyError('in generator')
h = lambda it: sum(it)
h(g())

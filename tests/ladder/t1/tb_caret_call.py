# exit: 1
# Carets under a failing call inside an expression.
def f(v):
    raise ValueError('bad %r' % v)
result = [1, 2, f(3) + 4]

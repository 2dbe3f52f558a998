# exit: 1
# stderr: last
# Endless recursion ends with a RecursionError on stderr.
def f(n):
    return f(n + 1)
f(0)

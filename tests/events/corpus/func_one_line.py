# Functions on one line.
def f(): return 1
def g(x): x += 1; return x


f()
g(1)

# Functions that end without return.
def f():
    x = 1


def g(a):
    for x in a:
        y = x


def h(a):
    while a:
        a -= 1


f()
g([1])
h(1)

# Defaults are evaluated once, at definition.
def f(a, b=2, c=3):
    return a, b, c
print(f(1), f(1, 5), f(1, c=9), f(c=7, a=1), f(b=0, c=1, a=2))
def g(x, acc=[]):
    acc.append(x)
    return acc
print(g(1), g(2), g(3, []), g(4))
n = 10
def h(v=n):
    return v
n = 20
print(h(), h(n))
def nothing():
    pass
print(nothing(), f.__defaults__, h.__name__)
def early(n):
    if n > 5:
        return 'big'
print(early(6), early(1))

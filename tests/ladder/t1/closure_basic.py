# Closures: cells are shared, each call makes new ones.
def counter(start):
    n = start
    def step(by=1):
        nonlocal n
        n += by
        return n
    def get():
        return n
    return step, get
s, g = counter(10)
s2, g2 = counter(0)
print(s(), s(5), g(), s2(), g2(), g())
def outer(x):
    def middle(y):
        def inner(z):
            return x, y, z
        return inner
    return middle
print(outer(1)(2)(3))
print(s.__closure__[0].cell_contents, g.__code__.co_freevars)
def apply(f, *a): return f(*a)
total = 0
def run():
    total = 5
    def add(v):
        nonlocal total
        total += v
    for i in range(4): apply(add, i)
    return total
print(run(), total)

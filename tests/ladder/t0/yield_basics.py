# Generators: suspension, exhaustion, several at once.
def count(n):
    print('start')
    i = 0
    while i < n:
        yield i
        i += 1
    print('end')
g = count(2)
print(next(g))
print(next(g))
try:
    next(g)
except StopIteration:
    print('stopped')
print(next(g, 'default'))
print(list(count(3)))
def pairs():
    a, b = iter('abc'), iter('xyz')
    for p in a:
        yield p, next(b)
print(list(pairs()))
def nothing():
    return
    yield
print(list(nothing()))
a, b = count(5), count(5)
print(next(a), next(a), next(b), next(a), next(b))

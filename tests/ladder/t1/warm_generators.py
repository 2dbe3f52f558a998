# Generators, run hot: yields of several types, early ends, sends, nested loops.
def gen(n):
    for i in range(n): yield i
def total(n):
    t = 0
    for x in gen(n): t += x
    return t
print([total(n) for n in (0, 1, 5, 500)])
def mixed():
    yield 1; yield 'two'; yield 3.0; yield [4]
print([x for _ in range(30) for x in mixed()][-4:])
def first(g):
    for x in g: return x
print([first(gen(k)) for k in range(3)] * 2)
def counter():
    n = 0
    while True:
        got = yield n
        n = n + 1 if got is None else got
c = counter(); next(c)
for _ in range(100): next(c)
print(c.send(5), next(c), c.send(2 ** 62), next(c))
def zipped():
    return sum(a * b for a, b in zip(gen(100), gen(100)))
print([zipped() for _ in range(3)])
def boom(n):
    for i in range(n):
        if i == 70: raise ValueError(i)
        yield i
seen = 0
try:
    for x in boom(100): seen += 1
except ValueError as e: print(seen, e)
def tree(d):
    if d:
        yield from tree(d - 1)
        yield d
        yield from tree(d - 1)
print(sum(tree(10)), len(list(tree(9))))

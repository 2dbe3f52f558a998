# A for statement, run hot, over sources of many types, also ones that change the type of the loop variable.
def walk(it):
    out = []
    for x in it: out.append(x)
    return out
def gen():
    yield from 'gen'
class It:
    def __iter__(self): return iter((7, 8))
for _ in range(20):
    rs = [walk(s) for s in (range(3), [1, 2], (3, 4), 'str', {'a': 1}, {5}, gen(), It(), enumerate('e'), zip('z', [0]), map(abs, [-1]), b'by', range(2 ** 62, 2 ** 62 + 2), reversed([1, 2]), {'k': 2}.items())]
for r in rs: print(r)
def total(n):
    t = 0
    for i in range(n): t += i
    return t
print([total(n) for n in (0, 1, 10, 1000)])
def brk(l):
    for i, x in enumerate(l):
        if x is None: return i
    return -1
print([brk([1] * k + [None]) for k in range(5)] * 2, brk([]))
l = [1, 2, 3]
def grow():
    n = 0
    for x in l:
        if n < 60: l.append(x)
        n += 1
    return n
print(grow(), len(l))

# One call site, run hot, sees one type after another: the answer never depends on what came before.
def add(a, b):
    return a + b
for _ in range(60): r = add(1, 2)
print(r)
for _ in range(60): r = add(1.5, 2.5)
print(r)
for _ in range(60): r = add('a', 'b')
print(r)
for _ in range(60): r = add([1], [2])
print(r)
for _ in range(60): r = add(2 ** 61, 2 ** 61)
print(r)
for _ in range(60): r = add(True, 2 ** 64)
print(r)
mixed = [1, 2.5, 3, 2 ** 70, True, 4.0]
total = 0
for _ in range(20):
    for v in mixed:
        total = add(total, v)
print(total)
def at(c, i):
    return c[i]
for box, key in ((list(range(5)), 3), ((9, 8), 1), ('text', 2), ({7: 'd'}, 7), (range(10, 20), -1)) * 20:
    last = at(box, key)
print(last, at([1], 0), at({'x': 1}, 'x'))

# Comprehension variables are local; the first iterable is evaluated outside.
x = 'outer'
print([x for x in 'ab'], x, {x for x in 'c'}, {x: 1 for x in 'd'}, x)
def f():
    y = 10
    r = [y + i for i in range(3)]
    fs = [lambda: i + y for i in range(3)]
    y = 100
    return r, [g() for g in fs]
print(f())
class C:
    n = 3
    r = [i for i in range(n)]
print(C.r)
print([[i * j for j in range(i)] for i in range(4)], [i for i in [i for i in range(3)]])
print([last := v for v in range(3)], last)
def unbound():
    return [z for z in range(2)], z
try: unbound()
except NameError as e: print(e)
print([(a, b) for a in range(3) for b in [a * a] if b != 1])

# Tuples.
t = (1, 2, 3)
print(t, t[0], t[-1], t[1:], len(t), 2 in t, t + (4,), t * 2)
print((), (1,), ((1,),), tuple('abc'), tuple([1, 2]), tuple(range(3)))
a = 1, 2
print(a, a == (1, 2), a < (1, 3), hash(a) == hash((1, 2)))
print(t.count(1), t.index(3))
print((1, [2]) == (1, [2]), {(1, 2): 'x'}[1, 2])
for bad in (lambda: t[3], lambda: t.index(7), lambda: t + [1]):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
try:
    t[0] = 5
except TypeError as error:
    print(error)

# Unpacking of tuples, lists and iterators, nested and wrong-sized.
# by-hand: 3.14 says how many values it got
a, b = 1, 2
a, b = b, a
print(a, b)
(c, d), [e, f] = (1, 2), 'xy'
print(c, d, e, f)
x = y = z = 0
x, (y, z) = 5, range(6, 8)
print(x, y, z)
i = 0
i, lst = 1, [0, 0]
i, lst[i] = 0, 'stored'
print(i, lst)
for a, (b, c) in [(1, (2, 3)), (4, (5, 6))]:
    print(a + b + c)
def attempt(value):
    try:
        p, q = value
        print(p, q)
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)
attempt((1, 2))
attempt([1])
attempt((1, 2, 3))
attempt('')
attempt(5)
attempt({'k': 1, 'l': 2})
attempt(iter([7, 8]))

# range: iteration, length, indexing, slices, membership, repr.
print(list(range(5)), list(range(2, 5)), list(range(0, 10, 3)), list(range(5, 0, -2)))
print(list(range(0)), list(range(3, 3)), list(range(5, 2)), list(range(-3, 3)))
r = range(10, 50, 7)
print(r, len(r), r[0], r[-1], r[2], r[1:4], r[::-1], list(r[::2]))
print(24 in r, 25 in r, 50 in r, r.start, r.stop, r.step)
print(range(3) == range(0, 3, 1), range(0, 3, 2) == range(0, 4, 2), range(0) == range(2, 1))
print(r.index(24), r.count(24), r.count(3), bool(range(0)), bool(range(1)))
print(len(range(10 ** 15)), range(10 ** 15)[-1], 10 ** 14 in range(10 ** 15))
for bad in (lambda: range(1, 2, 0), lambda: range(3)[3], lambda: range(1.5)):
    try:
        bad()
    except (ValueError, IndexError, TypeError) as error:
        print(type(error).__name__, error)

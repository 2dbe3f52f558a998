# Sets, printed sorted.
s = {3, 1, 2, 3, 1}
print(sorted(s), len(s), 2 in s, 5 in s, 5 not in s)
print(set(), sorted(set('hello')), sorted(set([1, 1.0, True])), {7})
s.add(10)
s.add(10)
s.remove(1)
s.discard(99)
print(sorted(s))
try:
    s.remove(99)
except KeyError as error:
    print('KeyError', error)
print(s == {2, 3, 10}, s != set(), {1} < {1, 2}, {1, 2} <= {1, 2}, {1, 2} > {3})
print(sorted({1, 2} | {2, 3}), sorted({1, 2} & {2, 3}), sorted({1, 2} - {2, 3}), sorted({1, 2} ^ {2, 3}))
total = 0
for x in s:
    total += x
print(total)

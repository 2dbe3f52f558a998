# enumerate and zip are lazy and stop at the shortest.
print(list(enumerate('abc')), list(enumerate([], 5)), list(enumerate('xy', start=10)))
print(list(zip([1, 2, 3], 'ab')), list(zip()), list(zip([1])), list(zip([1], [2], [3])))
for i, (a, b) in enumerate(zip('ab', 'cd')):
    print(i, a, b)
z = zip(range(3), range(3, 6))
print(next(z), list(z), list(z))
print(dict(zip('abc', range(3))))
print(list(zip(*[(1, 2), (3, 4), (5, 6)])))

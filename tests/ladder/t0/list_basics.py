# Lists: building, indexing, length, membership, concatenation, repetition.
a = [1, 'two', 3.0, None, [5]]
print(a, len(a), a[0], a[-1], a[1:3])
a[0] = 'one'
a[-1] = a[-1] + [6]
print(a, 3.0 in a, 4 in a, 'two' not in a)
print([1] + [2, 3], [0] * 3, 2 * ['x', 'y'], [] * 5, [1] * -1)
b = a
b.append('shared')
print(a is b, a[-1], list(a) is a, list(a) == a)
print(list(), list('abc'), list((1, 2)), list(range(3)), list({'k': 1}))
m = [[0] * 3 for _ in range(2)]
m[0][1] = 7
print(m)
x = []
x.append(x)
print(x)

# List comprehensions.
print([x * x for x in range(6)], [x for x in range(20) if x % 3 == 0], [x for x in 'abc'])
print([(x, y) for x in range(3) for y in range(x)], [[j for j in range(i)] for i in range(4)])
print([x for x in range(30) if x % 2 if x % 3], [y for x in [[1, 2], [3]] for y in x])
x = 'outer'
print([x for x in range(3)], x)
n = 3
print([i * n for i in range(n)], [a + b for a, b in zip([1, 2], [3, 4])])
matrix = [[1, 2, 3], [4, 5, 6]]
print([[row[i] for row in matrix] for i in range(3)])

# reversed and sorted.
print(list(reversed([1, 2, 3])), list(reversed('abc')), list(reversed(range(4))), list(reversed((1, 2))))
print(sorted([3, 1, 2]), sorted('banana'), sorted((2, 1), reverse=True), sorted(range(3), key=lambda x: -x))
print(sorted([2.5, 1, 2 ** 70, -3]), sorted(['b', 'B', 'a', 'A']))
data = [5, 2, 9]
s = sorted(data)
print(data, s)
print(sorted({3: 'c', 1: 'a'}), sorted([[2], [1, 5], [1]]), sorted([]))

# itertools.count and islice (pidigits).
from itertools import count, islice
print(list(islice(count(), 5)), list(islice(count(10), 2, 5)), list(islice(count(1, 3), 0, 10, 4)))
print(list(islice('abcdef', 2)), list(islice('abcdef', 1, None)), list(islice('abcdef', 0, None, 2)))
c = count(2 ** 62 - 1)
print(next(c), next(c), next(c))
print(list(islice(count(0.5, 0.25), 4)), list(islice(count(5, -2), 4)))
it = iter(range(10))
print(list(islice(it, 3)), next(it), list(islice(it, 0)), list(it))

# count, cycle, repeat.
from itertools import count, cycle, repeat, islice
print(list(islice(count(3), 4)), list(islice(count(1, -0.5), 4)), count(5), count(1, 2), list(islice(cycle('abc'), 7)), list(cycle([])), list(repeat('x', 3)), repeat(1), repeat('y', 2))
print(list(map(pow, range(5), repeat(2))), list(zip(count(), 'ab')), next(repeat(None)))
c = cycle(iter([1, 2]))
print([next(c) for _ in range(5)])
r = repeat(7, 2)
print(next(r), next(r), next(r, 'done'), r.__length_hint__())

# groupby and tee.
from itertools import groupby, tee
print([(k, list(g)) for k, g in groupby('aaabbc')], [(k, len(list(g))) for k, g in groupby([1, 3, 2, 4, 5], lambda x: x % 2)])
gs = list(groupby('aab'))
print([(k, list(g)) for k, g in gs])
g = groupby('aabb')
k, first = next(g)
print(k, next(first))
k, second = next(g)
print(k, list(first), list(second))
a, b = tee(iter('xyz'))
print(next(a), next(a), list(b), list(a), len(tee('q', 3)), tee([], 0))

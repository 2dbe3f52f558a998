# keys, values, items: live views with set operations.
d = {'a': 1, 'b': 2, 'c': 3}
k, v, i = d.keys(), d.values(), d.items()
print(k, v, i, len(k), 'a' in k, 2 in v, ('a', 1) in i, ('a', 2) in i)
d['d'] = 4
del d['a']
print(list(k), list(v), list(i))
print(sorted(k & {'b', 'z'}), sorted(k | {'z'}), sorted(k - {'b'}), sorted(k ^ {'b', 'q'}), k == {'b', 'c', 'd'}, k <= {'b', 'c', 'd', 'e'}, k.isdisjoint('xyz'))
print(sorted(i & {('b', 2)}), list(reversed(d)), list(reversed(d.values())), list(reversed(d.items())))
for key, value in d.items():
    print(key, value, end='; ')
print(max(d, key=d.get), sorted(d.items(), key=lambda p: -p[1]), sum(d.values()))

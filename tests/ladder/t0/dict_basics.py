# Dicts: building, lookup, store, delete, membership, iteration in insertion order.
d = {'one': 1, 'two': 2, 3: 'three', (4, 5): [4, 5]}
print(d, len(d), d['one'], d[3], d[(4, 5)], d[4, 5])
d['new'] = None
d['one'] = 'changed'
del d['two']
print(d, 'one' in d, 'two' in d, 'two' not in d)
for key in d:
    print(key, d[key])
print(list(d.keys()), list(d.values()), list(d.items()))
print({}, dict(), dict(a=1, b=2), dict([('x', 1), ('y', 2)]), dict({'p': 1}, q=2))
print({1: 'a', 1.0: 'b', True: 'c'})
print({'a': 1, 'b': 2} == {'b': 2, 'a': 1}, {'a': 1} == {'a': 2})
d = {}
d['self'] = d
print(d)

# Methods of dict.
d = {'a': 1, 'b': 2}
print(d.get('a'), d.get('z'), d.get('z', 0), d.setdefault('a', 9), d.setdefault('c', 3), d)
d.update({'a': 10, 'd': 4})
d.update([('e', 5)], f=6)
print(d, d.pop('e'), d.pop('zz', None), d.popitem(), d)
c = d.copy()
c['new'] = 1
print('new' in d, dict.fromkeys('ab'), dict.fromkeys([1, 2], 'v'), dict.fromkeys(range(2), []))
print({'a': 1} | {'b': 2}, {'a': 1} | {'a': 2}, list({'a': 1, 'b': 2} | {'a': 3}))
d |= {'z': 26}
d |= [('y', 25)]
print(d)
d.clear()
print(d, len(d), bool(d), c)
print({1: 'x'} == {1.0: 'x'}, {} == {}, {'a': {'b': 1}} == {'a': {'b': 1}}, {'a': 1} != {'a': 2})

# % formatting of strings and objects, mappings, errors.
print('%s|%10s|%-10s|%.2s|%10.3s|' % ('abc', 'abc', 'abc', 'abc', 'abcdef'))
print('%r %a %s' % ('é', 'é', 'é'), '%s' % None, '%s' % (1,), '%s' % [1], '%s %s' % ((1, 2), 3), '%5r|' % 'a')
print('%(a)s %(b)05.1f %(a)r %%' % {'a': 'x', 'b': 2.5}, '%(k)d' % {'k': 3, 'unused': 4}, '%s' % {'d': 1}, 'no args' % {}, 'none' % ())
class S:
    def __str__(self): return 'S!'
    def __repr__(self): return 'R!'
    def __getitem__(self, k): return k.upper()
print('%s %r' % (S(), S()), '%(name)s' % S())
for f in (lambda: '%s %s' % 'a', lambda: '%s' % (1, 2), lambda: '%d %d' % (1,), lambda: 'x' % 5, lambda: '%(a)s' % 5, lambda: '%(a)s' % {}, lambda: '%y' % 1, lambda: '%' % 1, lambda: '%(a' % {'a': 1}):
    try: print(f())
    except (TypeError, ValueError, KeyError) as e: print(type(e).__name__, e)

# __getitem__ with slices and tuples, __setitem__, __delitem__.
class Probe:
    def __getitem__(self, k): return k
    def __setitem__(self, k, v): print('set', k, v)
    def __delitem__(self, k): print('del', k)
p = Probe()
print(p[1], p['a'], p[1:2], p[::2], p[:, 1], p[1, 2:3, ...], p[()], p[-1:])
p[0] = 'x'
p[1:3] = [1]
del p[5], p[:2]
p['k'] += ' appended'
class Meta:
    def __class_getitem__(cls, item): return 'Meta of %s' % item
print(Meta['int'])
five, none = 5, None
for f in (lambda: five[0], lambda: none['a'], lambda: {}['k'], lambda: object()[1]):
    try: f()
    except (TypeError, KeyError) as e: print(type(e).__name__, e)

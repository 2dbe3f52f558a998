# Deep targets: attributes, items, slices, starred inside nested patterns.
class O: pass
o, d, l = O(), {}, [0, 0, 0, 0]
o.x, d['k'], l[1:3] = 1, 2, 'ab'
print(o.x, d, l)
(a, (b, *c)), d['z'], *e = (1, 'xyz'), 5, 6, 7
print(a, b, c, d, e)
[p, q], (r,) = 'pq', [9]
print(p, q, r)
i = 0
l[i], i = 'first', 3
print(l, i)
for o.attr in range(3): pass
for d['loop'], (x, *y) in [(1, 'abc'), (2, 'de')]: print(d['loop'], x, y)
print(o.attr)
with_star = *range(3), 'end'
print(with_star)
def ret(): return 1, *[2, 3]
print(ret())
x = y = z = []
x.append(1)
print(x, y, z, x is z)
a = b, c = 1, 2
print(a, b, c)

# format() of strings; str.format with fields, attributes, indexes.
for spec in ('', '8', '<8', '>8', '^8', '*^9', '.2', '8.2', '.0', 's', '08'):
    print(repr(spec), repr(format('abcd', spec)))
class P: x, y = 1, [10, 20]
print('{} {}'.format(1, 'a'), '{1} {0} {1}'.format('a', 'b'), '{a}{b}'.format(a=1, b=2), '{0.x} {0.y[1]} {d[k]}'.format(P, d={'k': 5}))
print('{:>5} {:<5}|{!r:^7}|{:{w}.{p}f}'.format(1, 2, 'q', 3.14159, w=8, p=2), '{{}} {{{}}}'.format(1), '{0[0]}{0[1]}'.format('xy'))
print('{:d} {:x} {:.3e}'.format(5, 255, 1234.5), '{name!s:>6}'.format(name='n'), '{}'.format([1]), ''.format(1, 2))
for f in (lambda: '{} {0}'.format(1), lambda: '{}'.format(), lambda: '{a}'.format(), lambda: '{'.format(), lambda: '}'.format(), lambda: '{!x}'.format(1), lambda: '{.q}'.format(1), lambda: '{:d}'.format('s')):
    try: print(f())
    except (ValueError, IndexError, KeyError, AttributeError) as e: print(type(e).__name__, e)
print('{a}{b}'.format_map({'a': 1, 'b': 2}))

# format() of integers.
for spec in ('', 'd', '5', '<5', '>5', '^5', '05', '+', ' ', '-', '=+6', '*^7', 'x', 'X', '#x', '#X', 'o', '#o', 'b', '#b', '#010b', ',', '_', '_x', '08,', 'n', 'e', '.2f', '%', 'g'):
    print(repr(spec), [format(v, spec) for v in (0, 42, -1234567)])
print(format(2 ** 100, ','), format(2 ** 100, '_x'), format(65, 'c'), format(-5, '=8'), format(5, 'é>4'), format(True, ''), format(True, 'd'))
for v, spec in ((1, 's'), (1, 'q'), (1, '.3d'), (1, ',c'), (1, '5.'), (1, ',_'), (1, ',b'), (-1, 'c')):
    try: print(format(v, spec))
    except (ValueError, OverflowError) as e: print(type(e).__name__, e)

# format() of floats.
for spec in ('', 'f', '.2f', '8.2f', '<8.2f', '^9.1f', '+.1f', ' .1f', '08.2f', 'e', '.2e', 'E', 'g', '.3g', 'G', '#g', '%', '.1%', ',', ',.2f', '_', '.0f', '#.0f', '.3', '10', '=+8.1f', '*>9', 'n', '_.1f', '012,.2f'):
    print(repr(spec), [format(v, spec) for v in (0.0, 1.5, -1234567.891, 1e-7)])
print(format(float('inf'), '08.1f'), format(float('nan'), '+'), format(float('-inf'), '>8'), format(-0.0, '.1f'), format(-0.001, 'z.1f'))
print(format(1e22, 'f'), format(1e16, ''), format(123456789.0, '.3'), format(1e100, ','), format(0.1, '.20'))
for spec in ('d', 's', 'x', 'c', '.'):
    try: print(format(1.5, spec))
    except ValueError as e: print(e)

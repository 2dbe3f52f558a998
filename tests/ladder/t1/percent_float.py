# % formatting of floats.
for spec in ('%f', '%.2f', '%8.3f', '%-9.1f|', '%09.2f', '%+.1f', '%e', '%.3e', '%E', '%g', '%.3g', '%G', '%#.3g', '%.0f', '%#.0f', '%.10g', '% .2f'):
    print(spec, [spec % v for v in (0.0, 1.5, -2.675, 1e10, 1.23e-5, 123456789.0)])
print('%f %e %g %5.1f|%F' % ((float('inf'), float('-inf'), float('nan'), float('inf'), float('nan'))))
print('%.2f' % 5, '%g' % 10 ** 6, '%f' % True, '%.1f' % 0.25, '%.1f' % 0.35, '%.0f' % 0.5, '%.0f' % 1.5, '%.0f' % 2.5)
print('%.20f' % 0.1, '%.30g' % 0.1, '%.3f' % 1e22, '%.50e' % (1 / 3))
try: print('%f' % 'x')
except TypeError as e: print(e)

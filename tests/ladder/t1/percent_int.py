# % formatting of integers.
for spec in ('%d', '%5d', '%-5d|', '%05d', '%+d', '% d', '%x', '%X', '%#x', '%o', '%#o', '%i', '%u', '%.3d', '%8.4d', '%+.2d', '%-+6d|', '%#X'):
    print(spec, [spec % v for v in (0, 7, -42, 255, 2 ** 70)])
print('%d' % 3.99, '%d' % -3.99, '%d' % True, '%x' % 255, '%c%c%c' % (72, 'i', 0x1f40d), '%5c|%-3c|' % ('x', 'y'))
print('%*d|%-*d|' % (6, 42, 6, 42), '%0*d' % (5, 3), '%ld %hd' % (1, 2))
for f in (lambda: '%d' % 'x', lambda: '%x' % 1.5, lambda: '%c' % -1, lambda: '%d' % None):
    try: print(f())
    except (TypeError, OverflowError) as e: print(type(e).__name__, e)

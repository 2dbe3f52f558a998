# The % operator as the benchmarks use it.
print('%d items' % 5, '%s and %s' % ('a', 'b'), '%.9f' % 0.123456789012, '%5.2f|' % 3.14159)
print('%s' % [1, 2], '%r' % 'q', '%d%%' % 50, '%05d' % 42, '%x' % 255, '%-5s|' % 'ab', '%5s|' % 'ab')
print('%s %s %s' % (None, True, 1.0), '%s' % ((1, 2),), '%i' % 3.99, '%e' % 12345.678, '%g' % 0.0001)
name, score = 'ann', 93.5
print('%-10s%8.3f' % (name, score))
print('%c%c' % ('a', 98), '%+d %+d' % (5, -5), '% d' % 7, '%3d|%-3d|%03d' % (7, 7, 7))

# center, ljust, rjust, zfill, expandtabs.
print('ab'.center(7, '*'), 'ab'.center(6), 'abc'.center(6, '-'), 'ab'.ljust(5, '.'), 'ab'.rjust(5, '.'), 'abcdef'.center(3), 'x'.center(4, '日'), sep='|')
print('42'.zfill(5), '-42'.zfill(6), '+7'.zfill(4), 'abc'.zfill(2), ''.zfill(3), '--1'.zfill(5))
print('a\tb\tc'.expandtabs(), 'ab\tc'.expandtabs(4), '\t|\n\t|'.expandtabs(2), 'a\t'.expandtabs(0), sep='|')
for f in (lambda: 'a'.center(5, 'xy'), lambda: 'a'.ljust('5')):
    try: f()
    except TypeError as e: print(e)

# split, rsplit, splitlines, partition, rpartition.
print('a b  c'.split(), ' a b '.split(' '), 'a,b,,c'.split(','), 'a,b,c'.split(',', 1), ''.split(), ''.split(','), ' \t\n'.split())
print('a b c d'.split(None, 2), 'a,b,c'.rsplit(',', 1), '  a  b  '.rsplit(None, 1), 'aXXbXXc'.split('XX'), 'abc'.split('abc'))
print('a\nb\r\nc\rd'.splitlines(), 'a\n\nb\n'.splitlines(True), ''.splitlines(), 'x\x0by\x0cz\x1c1\u2028p'.splitlines())
print('k=v=w'.partition('='), 'k=v=w'.rpartition('='), 'none'.partition('='), 'none'.rpartition('='))
print('one two'.split(sep=' ', maxsplit=0), 'a\u2003b'.split(), 'ä日ö'.split('日'))
for f in (lambda: 'a'.split(''), lambda: 'a'.partition(''), lambda: 'a'.split(1)):
    try: f()
    except (ValueError, TypeError) as e: print(e)

# replace and join.
print('aaa'.replace('a', 'b'), 'aaa'.replace('a', 'b', 2), 'abc'.replace('', '-'), 'abc'.replace('', '-', 2), 'abc'.replace('x', 'y'), ''.replace('', 'z'))
print('one two'.replace('one', ''), 'ab'.replace('ab', 'é日'), 'a.b.c'.replace('.', '::', -1), 'aXbX'.replace('X', 'YY', count=1))
print(', '.join(['a', 'b', 'c']), ''.join([]), '-'.join('abc'), '+'.join(str(i) for i in range(4)), 'x'.join(['only']), '/'.join(('t', 'u')), '日'.join('ab'), ' '.join({'k': 1}))
for f in (lambda: ''.join([1]), lambda: ','.join(['a', None]), lambda: ','.join(5), lambda: 'a'.replace('a')):
    try: f()
    except TypeError as e: print(e)

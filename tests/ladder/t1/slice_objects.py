# slice objects: attributes, indices, equality.
s = slice(1, 10, 2)
print(s, s.start, s.stop, s.step, slice(5), slice(None), s == slice(1, 10, 2), s != slice(1))
print(s.indices(5), slice(None, None, -1).indices(4), slice(-3, None).indices(10), slice(100, -100, -3).indices(8))
l = list(range(20))
print(l[s], 'abcdefghijkl'[s], (1, 2, 3)[slice(None, None, -1)], range(10)[slice(2, 5)])
l[slice(0, 3)] = ['x']
del l[slice(1, None, 2)]
print(l)
class I:
    def __index__(self): return 2
print([1, 2, 3, 4][I():], [1, 2, 3, 4][:I()], [1, 2, 3][True:])
for f in (lambda: slice(1, 2, 0).indices(5), lambda: [1][1.5:], lambda: slice()):
    try: print(f())
    except (ValueError, TypeError) as e: print(type(e).__name__, e)

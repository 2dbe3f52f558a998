# __slots__: storage, errors, no __dict__.
class P:
    __slots__ = ('x', 'y')
    def __init__(self, x):
        self.x = x
p = P(1)
print(p.x, hasattr(p, 'y'), hasattr(p, '__dict__'))
p.y = 2
print(p.y, P.__slots__, type(P.x).__name__)
del p.x
for action in (lambda: p.x, lambda: setattr(p, 'z', 1), lambda: delattr(p, 'x')):
    try:
        print(action())
    except AttributeError as error:
        print('AttributeError:', error)
class One:
    __slots__ = 'only'
o = One()
o.only = 5
print(o.only)

# Assignment expressions and match statements.
if (n := len('hello')) > 3: print(n)
data = [1, 2, 3, 4]
print([y for x in data if (y := x * x) > 4], y, (a := 1, b := 2), a, b)
while (item := data.pop()) != 2: print('popped', item)
def kind(v):
    match v:
        case 0 | 1: return 'bit'
        case int(n) if n < 0: return 'negative %d' % n
        case str() as s: return 'string ' + s
        case []: return 'empty'
        case [x]: return 'one %s' % x
        case [x, *rest]: return 'first %s rest %s' % (x, rest)
        case {'k': v, **others}: return 'mapping %s %s' % (v, others)
        case None: return 'none'
        case Point(x=0, y=yy): return 'on axis %s' % yy
        case Point(a, b): return 'point %s %s' % (a, b)
        case _: return 'other'
class Point:
    __match_args__ = ('x', 'y')
    def __init__(self, x, y): self.x, self.y = x, y
for v in (0, 1, -5, 'a', [], [7], (1, 2, 3), {'k': 1, 'z': 2}, None, Point(0, 3), Point(4, 5), 2.5, {}, True):
    print(kind(v))

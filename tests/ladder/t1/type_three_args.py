# Classes made by type(), attributes of classes.
P = type('P', (), {'x': 1, 'twice': lambda self: self.x * 2})
p = P()
print(p.twice(), P.__name__, P.__bases__, type(P), isinstance(P, type))
Q = type('Q', (P,), dict(x=21))
print(Q().twice(), issubclass(Q, P), Q.__mro__[1] is P)
print(type(5), type('a'), type([]), type(None), type(type), type(len), type(lambda: 0), type(print))
print(type(5) is int, type(True) is bool, int.__name__, int.__class__, type(range(1)), type(iter([])))
P.__name__ = 'Renamed'
print(P.__name__, P)
try: type('X', (), {}, 1, 2)
except TypeError as e: print('TypeError')
try: type(5, 6)
except TypeError as e: print('TypeError')

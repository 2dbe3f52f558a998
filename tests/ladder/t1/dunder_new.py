# __new__: singletons, other types, immutable subclasses.
class Single:
    it = None
    def __new__(cls):
        if cls.it is None: cls.it = super().__new__(cls)
        return cls.it
print(Single() is Single())
class Other:
    def __new__(cls): return 42
    def __init__(self): print('never')
print(Other())
class Celsius(float):
    def __new__(cls, v, unit='C'):
        self = super().__new__(cls, v)
        self.unit = unit
        return self
    def __repr__(self): return '%.1f%s' % (self, self.unit)
c = Celsius(21)
print(c, c + 1, c.unit, isinstance(c, float), c == 21.0)
class Pair(tuple):
    def __new__(cls, a, b): return tuple.__new__(cls, (a, b))
    def total(self): return self[0] + self[1]
p = Pair(3, 4)
print(p, p.total(), len(p), p == (3, 4))
class Upper(str):
    def __new__(cls, s): return str.__new__(cls, s.upper())
print(Upper('abc'), Upper('x') + 'y', type(Upper('x') + 'y').__name__)
for f in (lambda: object(1), lambda: Single(1), lambda: object.__new__(int)):
    try: f()
    except TypeError as e: print('TypeError')

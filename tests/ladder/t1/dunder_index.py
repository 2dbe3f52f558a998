# __index__, __int__, __float__, __round__, __trunc__ and friends.
class I:
    def __init__(self, n): self.n = n
    def __index__(self): return self.n
print([10, 20, 30][I(1)], 'abc'[I(0):I(2)], list(range(I(3))), hex(I(255)), 'x' * I(2), int(I(9)), float(I(2)))
class N:
    def __int__(self): return 7
    def __float__(self): return 2.5
    def __round__(self, n=None): return 'round %r' % n
    def __complex__(self): return 1j
print(int(N()), float(N()), round(N()), round(N(), 2))
import math
class M:
    def __floor__(self): return 'floor'
    def __ceil__(self): return 'ceil'
    def __trunc__(self): return 'trunc'
print(math.floor(M()), math.ceil(M()), math.trunc(M()))
for f in (lambda: [1][N()], lambda: int(object()), lambda: [1][I('x')], lambda: range(1.0)):
    try: f()
    except TypeError as e: print(type(e).__name__)

# The wording of argument errors.
def attempt(f, *a, **k):
    try: print(f(*a, **k))
    except TypeError as e: print(e)
def none(): return 'none'
def one(a): return a
def two(a, b): return a, b
def opt(a, b=1): return a, b
def kwo(a, *, k, m=0): return a, k, m
def pos(a, b, /, c): return a, b, c
def star(a, *r): return a, r
attempt(none, 1)
attempt(one)
attempt(one, 1, 2)
attempt(two)
attempt(two, 1)
attempt(two, 1, 2, 3)
attempt(opt)
attempt(opt, 1, 2, 3)
attempt(one, b=2)
attempt(one, 1, a=2)
attempt(two, 1, a=5)
attempt(kwo, 1)
attempt(kwo, 1, 2, k=3)
attempt(kwo, k=1)
attempt(pos, 1, b=2, c=3)
attempt(pos, a=1, b=2, c=3)
attempt(star)
attempt(lambda x, y: 0, 1)
class C:
    def __init__(self, a): pass
    def m(self): pass
attempt(C)
attempt(C, 1, 2)
attempt(C(1).m, 5)
attempt(len)
attempt(len, 1, 2)

# classmethod and staticmethod, through classes, instances and subclasses.
class A:
    count = 0
    def __init__(self): type(self).count += 1
    @classmethod
    def made(cls): return cls.__name__, cls.count
    @staticmethod
    def twice(x): return 2 * x
class B(A): pass
A(); B(); B()
print(A.made(), B.made(), A().made(), A.twice(4), B().twice('ab'))
print(A.made.__self__ is A, B.made.__self__ is B, A.twice.__name__)
class C:
    @classmethod
    def build(cls, *args, **kw): return cls, args, kw
    f = staticmethod(len)
print(C.build(1, k=2) == (C, (1,), {'k': 2}), C.f('abc'), C().f([1]))

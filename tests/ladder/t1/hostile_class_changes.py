# Classes and bases changed while instances are in use.
class Base:
    def m(self): return 'Base'
class Other:
    def m(self): return 'Other'
class C(Base): pass
c = C()
def hot(): return c.m()
for _ in range(60): r = hot()
C.__bases__ = (Other,)
print(r, hot(), isinstance(c, Other), isinstance(c, Base))
class D(Other):
    def m(self): return 'D'
c.__class__ = D
print(hot(), type(c).__name__)
del D.m
print(hot())
Other.m = property(lambda self: lambda: 'property')
print(hot())
try: c.__class__ = int
except TypeError as e: print('TypeError')
try: C.__bases__ = ()
except TypeError as e: print('TypeError')
try: int.x = 1
except TypeError as e: print(e)
try: C.__bases__ = (C,)
except TypeError as e: print('TypeError')
class Meta(type): pass
try: C.__class__ = Meta
except TypeError: print('TypeError')
print(type(C).__name__)

# Method resolution in a diamond, and a hierarchy that has no order.
class A:
    def who(self): return ['A']
class B(A):
    def who(self): return ['B'] + super().who()
class C(A):
    def who(self): return ['C'] + super().who()
class D(B, C):
    def who(self): return ['D'] + super().who()
print(D().who(), [c.__name__ for c in D.__mro__], [c.__name__ for c in D.mro()])
class X: pass
class Y: pass
class XY(X, Y): pass
class YX(Y, X): pass
try:
    class Bad(XY, YX): pass
except TypeError as error:
    print(type(error).__name__, str(error).split('\n')[0])
try:
    class Twice(A, A): pass
except TypeError as error:
    print(error)
try:
    class NotBase(5): pass
except TypeError as error:
    print('TypeError')

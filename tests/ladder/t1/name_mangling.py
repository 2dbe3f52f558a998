# Private names are mangled with the class's name.
class A:
    __x = 1
    def __init__(self): self.__y = 2
    def get(self): return self.__x, self.__y
    def __hidden(self): return 'A hidden'
    def call(self): return self.__hidden()
    __dunder__ = 'not mangled'
class B(A):
    def __hidden(self): return 'B hidden'
    def call2(self): return self.__hidden()
b = B()
print(b.get(), b.call(), b.call2(), A._A__x, b._A__y, A.__dunder__)
print(sorted(k for k in A.__dict__ if 'A__' in k))
try: b.__y
except AttributeError as e: print(e)

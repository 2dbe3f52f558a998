# Data descriptors win over the instance dictionary; non-data descriptors lose.
class Data:
    def __get__(self, obj, owner): return 'data get %s' % (obj is not None)
    def __set__(self, obj, value): print('data set', value)
    def __delete__(self, obj): print('data delete')
class NonData:
    def __get__(self, obj, owner): return 'nondata get ' + owner.__name__
class C:
    d = Data()
    n = NonData()
c = C()
print(c.d, C.d, c.n, C.n)
c.d = 5
del c.d
c.n = 'instance'
c.__dict__['d'] = 'hidden'
print(c.d, c.n, c.__dict__)
del c.n
print(c.n)
class Setter:
    def __set__(self, obj, value): obj.__dict__['s'] = value * 2
class E:
    s = Setter()
e = E()
e.s = 21
print(e.s)

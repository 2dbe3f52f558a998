# Attribute hooks that raise, return nonsense or change the class.
# by-hand: 3.14 says what the value was used for
class A:
    def __getattribute__(self, name):
        if name == 'boom': raise KeyError(name)
        if name == 'type': type(self).x = 'added'; return type(self).x
        return object.__getattribute__(self, name)
a = A()
for n in ('boom', 'type', 'x'):
    try: print(getattr(a, n, 'default'))
    except KeyError as e: print('KeyError', e)
try: print(hasattr(a, 'boom'))
except KeyError: print('hasattr lets KeyError through')
class D:
    def __get__(self, o, t): raise AttributeError('from get')
class B:
    d = D()
    def __getattr__(self, n): return 'getattr ' + n
print(B().d)
class C:
    __slots__ = ()
    def __len__(self): raise ValueError('len')
    def __bool__(self): return 'no bool'
    def __repr__(self): return 5
    def __hash__(self): raise TypeError('no hash')
    def __iter__(self): return 7
    def __contains__(self, x): raise IndexError('contains')
for f in (len, bool, repr, hash, iter, lambda c: 1 in c, lambda c: not c, str, lambda c: {c: 1}, lambda c: [*c], lambda c: f'{c}'):
    try: print(f(C()))
    except (ValueError, TypeError, IndexError) as e: print(type(e).__name__, e)

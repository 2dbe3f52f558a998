# Star-argument errors and evaluation order.
def attempt(f):
    try: print(f())
    except TypeError as e: print(e)
def f(*a, **k): return a, k
attempt(lambda: f(*5))
attempt(lambda: f(**5))
attempt(lambda: f(**{1: 2}))
attempt(lambda: f(**{'a': 1}, **{'a': 2}))
attempt(lambda: f(a=1, **{'a': 2}))
attempt(lambda: f(*(1, 2), 3, *[4], k=5, **{'m': 6}))
attempt(lambda: f(*'ab', *{'d': 1}, *(x for x in range(2))))
log = []
def v(x): log.append(x); return x
f(v(1), *v([2]), v(3), k=v(4), **v({'z': 5}))
print(log)
class Mapping:
    def keys(self): return ['p', 'q']
    def __getitem__(self, k): return k * 2
attempt(lambda: f(**Mapping()))
attempt(lambda: (lambda a, b: (a, b))(*[1], **{'b': 2}))
def kw(**k): k['new'] = 1; return k
d = {'old': 0}
print(kw(**d), d)

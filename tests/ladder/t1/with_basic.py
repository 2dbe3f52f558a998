# with: __enter__, __exit__, several items, exceptions swallowed or not.
class CM:
    def __init__(self, name, swallow=False): self.name, self.swallow = name, swallow
    def __enter__(self):
        print('enter', self.name)
        return self.name.upper()
    def __exit__(self, kind, value, tb):
        print('exit', self.name, kind and kind.__name__, value, tb is not None)
        return self.swallow
with CM('a') as x:
    print('body', x)
with CM('b') as x, CM('c') as y:
    print(x, y)
with CM('d', True):
    raise ValueError('dropped')
try:
    with CM('e'):
        with CM('f'):
            1 / 0
except ZeroDivisionError as z:
    print('came out', z)
with (CM('g') as p, CM('h') as q,):
    print(p + q)
def f():
    with CM('r'):
        return 'returned'
print(f())
for i in range(3):
    with CM('loop%d' % i):
        if i == 1: break
with CM('t') as (a, ):
    print(a)

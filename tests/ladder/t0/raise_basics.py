# raise and except, by class, by instance, through calls.
def f(n):
    if n == 0:
        raise ValueError('zero')
    if n == 1:
        raise IndexError
    if n == 2:
        return [][1]
    return n
for i in range(4):
    try:
        print(f(i))
    except ValueError as e:
        print('value', e, e.args)
    except IndexError as e:
        print('index', e, e.args)
try:
    try:
        raise KeyError('k')
    except ValueError:
        print('wrong')
except Exception as e:
    print(type(e).__name__, e)
class Stop(Exception):
    pass
try:
    for i in range(10):
        for j in range(10):
            if i * j == 42:
                raise Stop(i, j)
except Stop as s:
    print(s.args)

# throw() raises inside the generator.
def g():
    while True:
        try:
            yield 'ready'
        except ValueError as e:
            yield 'caught %s' % e
        finally:
            print('finally')
a = g()
print(next(a))
print(a.throw(ValueError('one')))
print(next(a))
try:
    a.throw(KeyError('k'))
except KeyError as e:
    print('out', e)
print(list(a))
b = g()
try:
    b.throw(RuntimeError('before start'))
except RuntimeError as e:
    print(e)
print(next(b, 'finished'))
def swallow():
    try: yield 1
    except GeneratorExit: raise
    except Exception: return 'r'
c = swallow(); next(c)
try: c.throw(ValueError)
except StopIteration as s: print('stop', s.value)

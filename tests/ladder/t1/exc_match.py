# except with tuples, order, as, and what is not an exception.
def try_it(e):
    try:
        raise e
    except (KeyError, IndexError) as x:
        return 'lookup %r' % x
    except ArithmeticError:
        return 'arith'
    except Exception as x:
        return 'other ' + type(x).__name__
for e in (KeyError('a'), IndexError, ZeroDivisionError(), OverflowError, ValueError(1), OSError):
    print(try_it(e))
try:
    e = 'kept?'
    try: raise ValueError
    except ValueError as e: pass
    print(e)
except NameError as n:
    print(n)
for f in (lambda: (_ for _ in ()).throw(5), ):
    try: f()
    except TypeError as t: print('TypeError')
try: raise 'string'
except TypeError as t: print(t)
try:
    try: raise ValueError
    except 5: pass
except TypeError as t: print(t)
kinds = [ValueError]
try: raise ValueError('dynamic')
except tuple(kinds) as v: print(v)

# Bare raise, re-raising, the current exception is restored afterwards.
import sys
def f():
    try:
        raise ValueError('v')
    except ValueError:
        try:
            raise KeyError('k')
        except KeyError:
            print(repr(sys.exception()))
        print(repr(sys.exception()))
        raise
try: f()
except ValueError as e: print('again', e, e.__context__)
print(sys.exception(), sys.exc_info())
try: raise
except RuntimeError as e: print(e)
def g():
    raise
try:
    try: 1 / 0
    except ZeroDivisionError: g()
except ZeroDivisionError as e: print('from g', e)
def gen():
    try: yield sys.exception()
    except Exception: pass
try: raise OSError('o')
except OSError:
    print([repr(x) for x in gen()], repr(sys.exception()))

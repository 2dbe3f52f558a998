# StopIteration inside becomes RuntimeError; re-entry; a raised generator is finished.
def bad():
    yield 1
    raise StopIteration('inside')
g = bad()
next(g)
try: next(g)
except RuntimeError as e: print(e, type(e.__cause__).__name__)
def reenter():
    yield next(me)
me = reenter()
try: next(me)
except ValueError as e: print(e)
def boom():
    yield 1
    1 / 0
b = boom()
print(next(b))
try: next(b)
except ZeroDivisionError: print('boom')
print(list(b), next(b, 'over'))
def ret():
    yield 1
    return 5
r = ret()
next(r)
try: next(r)
except StopIteration as s: print(s.value, s.args)
try: next(r)
except StopIteration as s: print(s.value, s.args)

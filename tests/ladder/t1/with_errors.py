# Errors in __enter__ and __exit__, missing methods, generator-free managers.
class E:
    def __enter__(self): raise ValueError('enter')
    def __exit__(self, *a): print('never')
try:
    with E(): print('never')
except ValueError as e: print(e)
class X:
    def __enter__(self): return self
    def __exit__(self, *a): raise KeyError('exit')
try:
    with X(): raise ValueError('body')
except KeyError as e: print(e, repr(e.__context__))
for o in (5, object()):
    try:
        with o: pass
    except TypeError as e: print(e)
class Half:
    def __enter__(self): pass
try:
    with Half(): pass
except TypeError as e: print(e)
class Truthy:
    def __enter__(self): return self
    def __exit__(self, t, v, tb): return 'non-empty string is true'
with Truthy(): raise SystemExit(3)
print('survived')

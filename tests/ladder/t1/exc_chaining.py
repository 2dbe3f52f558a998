# __cause__, __context__, raise from, from None.
try:
    try:
        1 / 0
    except ZeroDivisionError as z:
        raise ValueError('second') from z
except ValueError as v:
    print(repr(v.__cause__), v.__context__ is v.__cause__, v.__suppress_context__)
try:
    try:
        {}['k']
    except KeyError:
        raise ValueError('implicit')
except ValueError as v:
    print(v.__cause__, repr(v.__context__), v.__suppress_context__)
try:
    try:
        {}['k']
    except KeyError:
        raise ValueError('hidden') from None
except ValueError as v:
    print(v.__cause__, repr(v.__context__), v.__suppress_context__)
try:
    try:
        raise KeyError(1)
    finally:
        raise ValueError('from finally')
except ValueError as v:
    print(repr(v.__context__))
try: raise ValueError('x') from KeyError
except ValueError as v: print(repr(v.__cause__))
try: raise ValueError from 5
except TypeError as e: print(e)
def chain(n):
    try:
        if n: chain(n - 1)
        raise ValueError(n)
    except ValueError as e:
        raise IndexError(n) from e
try: chain(2)
except IndexError as e:
    while e: print(repr(e), end=' '); e = e.__cause__
print()

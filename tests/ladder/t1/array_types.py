# array: every type code, limits, conversions.
from array import array
for code in 'bBhHiIlLqQfd':
    a = array(code, [1, 2, 3])
    print(code, a, a.itemsize, a[1], a.tolist(), len(a.tobytes()))
print(array('u', 'héllo') if False else array('w', 'héllo'), array('d', [1, 2.5]), array('f', [0.1])[0], array('i'), array('b', b'\x01\xff'))
for code, v in (('b', 128), ('B', -1), ('h', 40000), ('i', 2 ** 31), ('Q', -1), ('q', 2 ** 63), ('i', 'x'), ('i', 1.5), ('d', 'x')):
    try: array(code, [v])
    except (OverflowError, TypeError) as e: print(code, type(e).__name__)
try: array('?', [])
except ValueError as e: print('ValueError')

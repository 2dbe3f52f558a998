# array: sequence operations.
from array import array
a = array('i', [5, 3, 8])
a.append(1); a.extend([9, 9]); a.insert(1, 77)
print(a, a.pop(), a.pop(0), a.index(8), a.count(9), a.remove(77), a)
print(a[::-1], a[1:3], a + array('i', [4]), a * 2, 8 in a, len(a), list(reversed(a)), sorted(a), a == array('i', a), a < array('i', [9]), a == array('d', a))
a[0] = -1
a[1:2] = array('i', [100, 200])
del a[0]
a += array('i', [7])
a *= 2
print(a, sum(a), max(a), a.tolist())
a.reverse(); a.byteswap(); a.byteswap()
b = array('i'); b.frombytes(a.tobytes()); b.fromlist([42])
print(a, b, b.buffer_info()[1], a.typecode)
for f in (lambda: a[50], lambda: a.remove(12345), lambda: array('i').pop(), lambda: a + [1], lambda: a.extend(array('d', [1.0]))):
    try: f()
    except (IndexError, ValueError, TypeError) as e: print(type(e).__name__, e)
for i, v in enumerate(a): a[i] = v + 1
print(a)

# array as scimark uses it.
from array import array
a = array('d', [0]) * 4
a[1] = 2.5
a[2] = 7
print(a, len(a), a[2], list(a), a[1:3])
b = array('d', [1, 2, 3])
b[0:2] = array('d', [8.0, 9.0])
print(b, b[-1], sum(b), 9.0 in b)
i = array('i', range(5))
i.append(5)
i.extend([6, 7])
print(i, i.typecode, i.itemsize, i.pop(), i.index(3))
for bad in (lambda: a[9], lambda: array('i', [1.5]), lambda: array('b', [200]), lambda: array('?')):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__)

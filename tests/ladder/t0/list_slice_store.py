# Slice assignment and deletion.
a = list(range(6))
a[1:3] = ['x', 'y', 'z']
print(a)
a[2:2] = [100, 101]
print(a)
a[:0] = 'ab'
print(a)
a[3:] = []
print(a)
b = list(range(8))
b[::2] = 'wxyz'
print(b)
b[::-2] = [1, 2, 3, 4]
print(b)
del b[1:3]
print(b)
del b[::2]
print(b)
del b[-1]
print(b)
b[:] = b + b
print(b)
try:
    b[::2] = [1]
except ValueError as error:
    print(error)
try:
    b[0:1] = 5
except TypeError as error:
    print(type(error).__name__)

# Global and builtin look-ups stay right when the names appear, change and vanish.
value = 1
def read():
    return value
for _ in range(80): r = read()
print(r)
value = 2
print(read())
def length(x):
    return len(x)
for _ in range(80): r = length('abc')
print(r)
len = lambda x: 'shadowed'
print(length('abc'))
del len
print(length('abc'))
del value
try:
    read()
except NameError as error:
    print(error)
value = 'back'
print(read())
for i in range(500):
    globals()['g%d' % i] = i
print(read(), g499)

# Calls of builtins, run hot, and after the builtin's name was shadowed.
def size(x): return len(x)
for v in ([1], 'ab', (1, 2, 3), {1: 2}, {1, 2}, range(4), b'12345'):
    for _ in range(50): r = size(v)
    print(r, end=' ')
print()
def check(x): return isinstance(x, int), type(x) is int, str(x), int(x), abs(x), max(x, 2), min(x, 2), bool(x), ord(str(x)[0]), chr(65), float(x), range(x).stop, tuple([x]), list((x,))
for v in (1, 3, True):
    for _ in range(50): r = check(v)
    print(r)
for _ in range(50):
    try: r = size(5)
    except TypeError as e: r = str(e)
print(r)
def len(x): return 'mine'
print(size([1]))
del len
print(size([1]))
import builtins
old = builtins.len
builtins.len = lambda x: 'patched'
print(size([1]))
builtins.len = old
print(size([1]))
class N:
    def __len__(self): return 9
print(size(N()))

# Augmented assignment on names, attributes, items; order of evaluation.
x = 10
x += 5; print(x)
x -= 3; print(x)
x *= 2; print(x)
x //= 5; print(x)
x **= 3; print(x)
x %= 50; print(x)
x <<= 4; x >>= 2; x |= 1; x &= 0xff; x ^= 2; print(x)
x /= 2; print(x)
a = [1, 2]
b = a
a += [3]
print(a, b, a is b)
a = a + [4]
print(a, b)
d = {'n': 1}
d['n'] += 41
print(d)
def idx():
    print('index once')
    return 0
a[idx()] += 100
print(a)
class C: pass
c = C()
c.v = 'a'
c.v += 'b'
c.v *= 2
print(c.v)
t = (1,)
t += (2,)
print(t)

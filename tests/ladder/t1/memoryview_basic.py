# memoryview over bytes, bytearray and array.
import array


def attempt(f):
    try:
        print(repr(f()))
    except Exception as e:
        print(type(e).__name__, e)


b = bytearray(b'abcdefgh')
m = memoryview(b)
print(len(m), m[0], m[-1], m.format, m.itemsize, m.nbytes, m.readonly, m.ndim, m.shape, m.strides, m.obj is b)
m[0] = 65
m[1:3] = b'XY'
print(b, m.tobytes(), m.tolist(), m[2:5].tobytes(), m[::-2].tobytes(), m[::2].contiguous, m[::-2].strides)
m[::3] = b'123'
print(b, bytes(m[1:4]), bytearray(m[5:]), m.hex(), m.hex(':', 2))
for f in [
    lambda: m[8], lambda: m['a'], lambda: m.__setitem__(0, 256), lambda: m.__setitem__(0, 'a'),
    lambda: m.__setitem__(slice(0, 2), b'abc'), lambda: m.__setitem__(0, -1), lambda: m.__delitem__(0),
    lambda: memoryview('text'), lambda: memoryview(5), lambda: hash(m), lambda: hash(memoryview(b'ab')) == hash(b'ab'),
    lambda: memoryview(b'ab').__setitem__(0, 1), lambda: m < m, lambda: m == b, lambda: m != b'x', lambda: b == m,
    lambda: memoryview(b'ab') == b'ab', lambda: b'ab' == memoryview(b'ab'), lambda: m == 5, lambda: 49 in m, lambda: 200 in m,
    lambda: m.toreadonly().readonly, lambda: m.toreadonly().__setitem__(0, 1), lambda: type(m[1:]).__name__,
    lambda: b'-'.join([m[:2], b'x']), lambda: b'a' + m[:1], lambda: bytes(memoryview(b'')), lambda: list(m[:3]),
    lambda: int.from_bytes(m[:2], 'big'), lambda: b.find(m[2:4]), lambda: m.cast('z'),
    lambda: list(reversed(m[:3])), lambda: m.c_contiguous, lambda: m.suboffsets, lambda: bytes(reversed(m)),
]:
    attempt(f)

a = array.array('i', [1, -2, 3])
v = memoryview(a)
print(v.format, v.itemsize, v.nbytes, v.tolist(), v[1], v.shape, v.strides)
v[1] = 70000
print(a, v[::2].tolist())
raw = v.cast('B')
print(len(raw), raw[0], raw.format, raw.cast('i').tolist(), bytes(a) == raw.tobytes(), raw.cast('h')[0])
for f in [
    lambda: v.cast('h'), lambda: raw[:5].cast('i'), lambda: v.__setitem__(0, 2 ** 40), lambda: v.__setitem__(0, 1.5),
    lambda: v == a, lambda: v == array.array('l', [1, 70000, 3]), lambda: raw[::2].cast('b'), lambda: memoryview(array.array('d', [0.5, 2]))[1],
    lambda: v == memoryview(b'abc'), lambda: memoryview(array.array('d', [1.0])) == array.array('i', [1]),
    lambda: memoryview(array.array('f', [0.1])).tolist(), lambda: b'a' == array.array('B', b'a'), lambda: bytearray(b'a') == array.array('B', b'a'),
    lambda: memoryview(bytes(8)).cast('d')[0], lambda: memoryview(b'\xff\x00').cast('?').tolist(), lambda: memoryview(b'xy').cast('c').tolist(),
    lambda: array.array('B', m[:3]), lambda: m[:3].cast('b').tolist(),
]:
    attempt(f)

with memoryview(b'xyz') as w:
    print(w[1])
for f in [lambda: w[1], lambda: len(w), lambda: w.obj, lambda: w.tobytes(), lambda: w == w, lambda: w == b'xyz', lambda: w.release()]:
    attempt(f)

match m[:2]:
    case [x, y]:
        print(x, y)


class Evil:
    def __index__(self):
        e.release()
        return 1


e = memoryview(bytearray(4))
attempt(lambda: e.__setitem__(0, Evil()))

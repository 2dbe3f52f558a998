# bytes and bytearray basics.
b = b'abc\x00\xff'
print(b, b[0], b[-1], b[1:3], len(b), list(b), b + b'x', b * 2, 97 in b, b'bc' in b, b'' == bytes())
print(bytes(3), bytes([1, 2, 255]), bytes('é', 'utf-8'), bytes(b'q'), b'a' < b'b', repr(b"it's"), b.hex(), bytes.fromhex('00 ff 10'))
print(b'a,b'.split(b','), b' x '.strip(), b'x'.join([b'1', b'2']), b'abc'.upper(), b'abc'.find(b'c'), b'abc'.replace(b'b', b'--'), b'abc'.startswith(b'ab'))
a = bytearray(b'hello')
a[0] = 72
a.append(33)
a += b'??'
a[1:3] = b'EE'
print(a, len(a), bytes(a), a.pop(), a == b'HEElo!?', a.decode())
for f in (lambda: bytes([256]), lambda: b'a' + 'b', lambda: b[9], lambda: bytes('x'), lambda: bytes(-1)):
    try: f()
    except (ValueError, TypeError, IndexError) as e: print(type(e).__name__, e)

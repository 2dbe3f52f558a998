# Methods of int.
print((0).bit_length(), (255).bit_length(), (-256).bit_length(), (2 ** 100).bit_length(), (255).bit_count(), (-7).bit_count())
print((1024).to_bytes(2, 'big'), (1024).to_bytes(4, 'little'), (-1).to_bytes(2, 'big', signed=True), (5).to_bytes())
print(int.from_bytes(b'\x04\x00', 'big'), int.from_bytes(b'\x00\x04', 'little'), int.from_bytes(b'\xff\xff', 'big', signed=True), int.from_bytes([1, 2]))
print((6).as_integer_ratio(), (7).numerator, (7).denominator, (7).real, (7).imag, (7).conjugate(), (5).is_integer())
print((10).__add__(5), (10).__lt__(5), int.__mul__(3, 4), (3).__add__(1.5), (7).__index__(), (-7).__abs__())
for f in (lambda: (256).to_bytes(1, 'big'), lambda: (-1).to_bytes(2, 'big'), lambda: (1).to_bytes(1, 'middle')):
    try: print(f())
    except (OverflowError, ValueError) as e: print(type(e).__name__, e)

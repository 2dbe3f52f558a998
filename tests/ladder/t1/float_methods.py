# Methods of float and float-int comparisons.
print((2.5).is_integer(), (2.0).is_integer(), (0.75).as_integer_ratio(), (-3.0).as_integer_ratio(), (0.1).as_integer_ratio())
print((1.0).hex(), (0.1).hex(), (-2.5).hex(), (0.0).hex(), float.fromhex('0x1.8p3'), float.fromhex('-0x.1p-2'), float('inf').hex())
print((1.5).real, (1.5).imag, (1.5).conjugate(), float(3).__int__(), (3.7).__trunc__(), (-3.7).__floor__(), (3.2).__ceil__())
big = 2 ** 53
print(float(big) == big, float(big + 1) == big + 1, float(big) < big + 1, 1e400 > 10 ** 1000, -1e400 < -10 ** 1000, 0.5 < 1, 1 <= 1.0)
nan = float('nan')
print(nan == nan, nan != nan, nan < 1, nan > 1, nan in [nan], [nan] == [nan], max(1, nan), sorted([3, 1, 2.5]))
print(hash(1.0) == hash(1), hash(0.5), hash(2.0 ** 70) == hash(2 ** 70), hash(float('inf')), hash(-0.0), {1: 'a'}[1.0])
for f in (lambda: int(float('inf')), lambda: int(nan), lambda: float(10 ** 400), lambda: 10 ** 400 / 3.0, lambda: 10.0 ** 400, lambda: (-8) ** (1 / 3)):
    try: print(f())
    except (OverflowError, ValueError) as e: print(type(e).__name__, e)

# int(), float(), str(), list(), tuple() conversions.
print(int(3.99), int(-3.99), int('42'), int(' -7 '), int('1_000'), int(True), int())
print(float(3), float('2.5'), float(' 1e3 '), float('-.5'), float('5.'), float())
print(int('ff', 16), int('0b101', 2), int('0x1F', 16), int('0o17', 0), int('z', 36))
print(float('inf'), float('-inf'), float('nan'), int(1e20), int('9' * 25))
for bad in ('', 'x', '1.5', '1 2', '--1'):
    try:
        int(bad)
    except ValueError as error:
        print(error)
for bad in ('', 'abc', '1..2'):
    try:
        float(bad)
    except ValueError as error:
        print(error)

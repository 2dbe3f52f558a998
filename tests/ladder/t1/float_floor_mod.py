# Floor division and modulo of floats, all signs and the corner cases.
inf = float('inf')
for a in (5.5, -5.5, 0.0, -0.0, 1e18):
    for b in (2.0, -2.0, 0.1, inf, -inf):
        print(a, b, a // b, a % b, divmod(a, b))
print(1 % 0.1, 0.3 % 0.1, 1e300 % 7.0, 7 // 0.5, -7 // 2.0, 7.0 % -3)
print(inf // 2, inf % 2, round(-0.4), round(0.5), 0.1 * 3, 1.0 // 0.1)

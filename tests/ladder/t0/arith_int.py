# Small-integer arithmetic: the six operators over every sign combination.
for a in (7, -7, 0, 1):
    for b in (3, -3, 1, -1):
        print(a, b, a + b, a - b, a * b, a // b, a % b)
print(-7 // 2, -7 % 2, 7 // -2, 7 % -2)
print(2 ** 10, (-2) ** 3, 2 ** 0, 0 ** 0)
print(7 / 2, -7 / 2, 6 / 3)
print(-(-5), +5, --5, ~5, ~-1)

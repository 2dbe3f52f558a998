# Float arithmetic, mixed with ints.
for a in (7.5, -7.5, 0.0):
    for b in (2.0, -2.0, 0.5):
        print(a + b, a - b, a * b, a / b, a // b, a % b)
print(1 + 0.5, 0.5 + 1, 3 - 0.5, 2 * 1.5, 1.5 * 2, 3 / 1.5)
print(2.0 ** 0.5, 2 ** -1, 4 ** 0.5, 10.0 ** 3)
print(0.1 + 0.2, 1e16 + 1, 1.0 - 0.9)
print(-0.0, 0.0 == -0.0, 5.0 // 0.3, -5.0 % 3, 5.0 % -3)

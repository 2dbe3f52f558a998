# Big integers: sums, differences and products.
a = 123456789012345678901234567890
b = 987654321098765432109876543210
print(a + b)
print(a - b)
print(b - a)
print(a * b)
print(-a * b, -a * -b)
print(a + 1, 1 + a, a - 1, 1 - a, a * 2, 3 * a, a * 0)
print((a + b) - b == a, a * b // b == a)
print(a < b, a > b, a == a + 0, a != b, -a < 0 < a)

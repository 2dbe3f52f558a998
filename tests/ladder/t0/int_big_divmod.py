# Big integers: floor division and modulo, all signs.
a = 10 ** 40 + 12345
b = 10 ** 15 + 7
for x in (a, -a):
    for y in (b, -b, 97, -97):
        q, r = divmod(x, y)
        print(q, r, q * y + r == x, x // y == q, x % y == r)
print(b // a, -b // a, b % a, -b % a)
print(10 ** 40 / 10 ** 20, (10 ** 400) // (10 ** 399))
print(7 % (2 ** 80), -7 % (2 ** 80))

# Around the borders of 61, 62, 63 and 64 bits nothing wraps.
for bits in (30, 31, 32, 60, 61, 62, 63, 64):
    top = 2 ** bits
    print(bits, top - 1, top, top + 1, -top - 1, -top, -top + 1)
    print(top - 1 + 1 == top, (top - 1) * 2, -top * 2, -(-top), abs(-top))
n = 1
for i in range(70):
    n = n + n
print(n)
n = 1
for i in range(1, 26):
    n = n * i
print(n)
m = -1
for i in range(66):
    m *= 2
print(m, m // 2 ** 66)

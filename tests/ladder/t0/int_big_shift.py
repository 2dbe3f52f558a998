# Shifts over the small/big border and back.
for n in (1, -1, 5, -5, 2 ** 61, -2 ** 61, 2 ** 90 + 1, -2 ** 90 - 1):
    print(n, n << 3, n << 61, n << 64, n >> 1, n >> 61, n >> 64)
x = 0x123456789ABCDEF0123456789ABCDEF
print(hex(x), hex(x << 4), hex(x >> 4), hex(x >> 68))
print(x & 0xFFFF, x >> 64 & 0xFF, (x << 200) >> 200 == x)

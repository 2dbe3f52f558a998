# Bit operators on small, negative and big integers.
for a, b in ((12, 10), (-12, 10), (12, -10), (-12, -10), (2 ** 70 + 5, 2 ** 69 + 3), (-2 ** 70, 255)):
    print(a & b, a | b, a ^ b)
print(1 << 5, 1 << 62, 1 << 63, 1 << 64, 1 << 100)
print(1024 >> 3, -1024 >> 3, -1 >> 100, 5 >> 100, (1 << 100) >> 98)
print(~0, ~(2 ** 64))
try:
    1 << -1
except ValueError as error:
    print(error)

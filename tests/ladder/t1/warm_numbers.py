# Arithmetic sites pass the borders of small ints and floats while hot.
def step(a, b): return a + b, a - b, a * b
for a, b in ((1, 2), (2 ** 61 - 1, 1), (-2 ** 61, -1), (2 ** 62, 2 ** 62), (3, -2), (2 ** 31, 2 ** 31), (0.5, 0.25), (1e308, 1e308), (1, 0.5), (True, True), (2 ** 61 - 1, 2 ** 61 - 1), (-2 ** 61, 2)):
    for _ in range(50): r = step(a, b)
    print(r)
x = 1
for i in range(130):
    x = x * 2
    if i in (58, 59, 60, 61, 62, 63, 64, 129): print(i, x)
y = 2 ** 64
for _ in range(70): y //= 2
print(y)
z = 1.0
for _ in range(1100): z *= 2
print(z)
n, count = 2 ** 61 - 20, 0
while n < 2 ** 61 + 20:
    n += 1
    count += 1
print(n, count)
acc = 0
for i in range(1, 200): acc = (acc * 31 + i) & 0xFFFFFFFF
print(acc)
acc = 0
for i in range(200): acc = acc * 31 + i
print(acc % 10 ** 20)
f = 0
for i in range(50): f += 0.1
print(f)
h = 12345
for i in range(100): h ^= (h << 5) + (h >> 2) + i
print(h.bit_length(), h % 1000003)

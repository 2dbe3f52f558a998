# Long unpacking statements in a loop (unpack_sequence).
def run(loops, to_unpack):
    for _ in range(loops):
        a, b, c, d, e, f, g, h, i, j = to_unpack
        a, b, c, d, e, f, g, h, i, j = to_unpack
    return a, j, [b, c, d, e, f, g, h, i]
print(run(100, tuple(range(10))))
print(run(100, list(range(10))))
print(run(3, 'abcdefghij'))
a, b = 0, 1
for _ in range(90):
    a, b = b, a + b
print(a)

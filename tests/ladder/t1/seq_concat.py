# Concatenation, repetition and in-place forms of sequences.
a = [1]
b = a
a *= 3
print(a, b is a, [[]] * 2, (1, 2) * 2, 'ab' * 3, [1] + [2], (1,) + (2,), 2 * [0, 1])
m = [[0]] * 3
m[0].append(1)
print(m)
a += 'xy'
a += {9: 1}
print(a, [*a, *(1, 2)], a * 0, () * 5, 'a' * -1)
for f in (lambda: [1] + (2,), lambda: (1,) + [2], lambda: 'a' + 1, lambda: 1 + 'a', lambda: [1] * 'a', lambda: 'a' * 1.5, lambda: [1] * [2], lambda: [0] * 2 ** 62):
    try: print(len(f()))
    except (TypeError, MemoryError) as e: print(type(e).__name__, e)

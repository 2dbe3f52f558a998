# Complex numbers.
z = 3 + 4j
print(z, abs(z), z.real, z.imag, z.conjugate(), z * 2, z * z, z / 2, z + 1, 1 - z, -z, z == 3 + 4j, z != 3, 1j ** 2, complex(1, 2), complex('1+2j'), complex(5))
print(repr(1j), 1.5 - 0j, complex(0, -0.0), 0j == 0, hash(2 + 0j) == hash(2), z ** 2, (1 + 1j) / (1 - 1j), bool(0j), type(z).__name__)
for f in (lambda: z < z, lambda: int(z), lambda: z // 1, lambda: z % 2, lambda: complex('x')):
    try: print(f())
    except (TypeError, ValueError) as e: print(type(e).__name__)

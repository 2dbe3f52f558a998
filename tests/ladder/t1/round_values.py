# round() halves to even and with digits.
print([round(x) for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1e20)])
print([round(x, 1) for x in (0.05, 0.15, 0.25, 0.35, 1.45, -0.05)], [round(x, 2) for x in (2.675, 1.005, 1.115, 3.14159)])
print(round(1234567, -3), round(-1550, -2), round(15, -1), round(25, -1), round(5, -1), round(2 ** 70, -10), round(7, 3))
print(round(1234.5678, -2), round(0.1, 20), round(1e300, 2), type(round(2.0)), type(round(2.0, 0)), round(True), round(5.5, None))
for f in (lambda: round('x'), lambda: round(1.5, 'a'), lambda: round(float('nan')), lambda: round(float('inf'))):
    try: print(f())
    except (TypeError, ValueError, OverflowError) as e: print(type(e).__name__, e)

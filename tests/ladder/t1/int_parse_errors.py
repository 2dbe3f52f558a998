# What int() and float() refuse, with the wording.
def attempt(f, *a):
    try: print(f(*a))
    except (ValueError, TypeError, OverflowError) as e: print(type(e).__name__ + ':', e)
for t in ('', ' ', 'abc', '1.0', '1e5', '0x10', '1__0', '_1', '1_', '- 1', '+-1', '1 2', '\x00', 'é', '12a'):
    attempt(int, t)
attempt(int, '8', 8)
attempt(int, 'g', 16)
attempt(int, '1', 1)
attempt(int, '1', 37)
attempt(int, '09', 0)
attempt(int, 5, 10)
attempt(int, None)
attempt(int, [])
attempt(int, b'x1')
for t in ('', ' ', 'abc', '1,5', '1e', 'e5', '0x10', '1__0', '.', '+', 'infi', '1 2'):
    attempt(float, t)
attempt(float, None)
attempt(float, [])
for t in ('nan', '-NaN', 'Infinity', '-inf', '+iNf', ' 1.5 ', '1_0.5', '1e-400', '.5e1', '١.٥'):
    attempt(float, t)

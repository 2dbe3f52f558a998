# The = specifier.
a, b = 1, 'two'
print(f'{a=}', f'{b=}', f'{a + 1 = }', f'{b=!s}', f'{a=:5}', f'{ a = }')
print(f'{b.upper()=}', f'{[a, b]=}', f'{a=} {b=}')
class C:
    def __repr__(self): return 'R'
    def __format__(self, s): return 'F' + s
c = C()
print(f'{c=}', f'{c=!r}', f'{c=:x}', f'{c}', f'{c!r}', f'{c:y}')

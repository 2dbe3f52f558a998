# f-strings: expressions, nesting, escapes, conversions.
name, n, x = 'World', 42, 3.14159
print(f'Hello {name}!', f'{n}', f'{n + 1}', f'{{literal}}', f'{{{n}}}', f'', f'a{1}b{2}c')
print(f'{name!r} {name!s} {name!a} {"é"!a}', f'{n:5}|{n:<5}|{n:^5}|{n:05}')
print(f'{x:.2f} {x:8.3f} {x:e} {n:x} {n:#b}', f'{x:{10}.{3}}', f'{name:>{n - 32}}')
print(f"{'nested ' + f'{n}'}", f'{[i for i in range(3)]}', f'{ {"k": 1}["k"] }', f'{(lambda v: v * 2)(4)}')
print(f'{name.upper()} {len(name)} {name[0]} {name[1:3]}', f'{n if n > 5 else 0}', f'{n:d}' f' joined' ' plain')
print(f'''multi
{n}
line''', rf'\d{n}', f'\t{n}\n'.strip(), f'{n!r:>5}')
print(f'{"a" "b"}', f"{'\n'.join(['x', 'y'])}", f'{n}' == '42', f'{None} {True}')
print(f'{f"{f"{n}"}"}', f'{n:,}', f'{1234567:,} {1234567.891:,.2f} {1234567:_}')

# Evaluation order, format specs computed at run time, errors.
log = []
def v(x):
    log.append(x)
    return x
print(f'{v(1)}{v("a"):{v(">")}{v(5)}}{v(2)}', log)
for spec in ('>6', '*^7', '06', '+', 'x', '.1f', ','):
    print(f'{255:{spec}}', end='|')
print()
for f in (lambda: f'{1:s}', lambda: f'{"a":d}', lambda: f'{1.5:d}', lambda: f'{"x":=5}', lambda: f'{5:.2}', lambda: f'{[]:5}', lambda: f'{"a":,}'):
    try:
        print(f())
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)

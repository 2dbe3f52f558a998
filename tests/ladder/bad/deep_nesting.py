# Deeply nested and very long expressions are refused or computed, never a crash.
def attempt(text):
    try: return type(eval(text)).__name__
    except (SyntaxError, RecursionError, MemoryError) as e: return 'refused'
for open_, close in ('()', '[]', ('(lambda: ', ')()'), ('[1, ', ']'), ('{0: ', '}'), ('f(', ')')):
    print(attempt(open_ * 10000 + '1' + close * 10000))
f = lambda x: x
ok = []
for text in ('+'.join(['1'] * 10000), '-' * 10000 + '1', 'not ' * 10000 + '1', '1' + '+1' * 10000, ' and '.join(['1'] * 10000), '1' + '<2' * 5000, '"a" ' * 10000, '[' + '1,' * 10000 + ']', '1 if 1 else ' * 5000 + '2', 'lambda: ' * 10000 + '1', 'f' + '(1)' * 5000, '~' * 3000 + '1', '1' + '**1' * 3000, 'x' + '.y' * 10000, 'x' + '[0]' * 10000):
    try: eval(text); ok.append('value')
    except (SyntaxError, RecursionError, MemoryError): ok.append('refused')
    except (NameError, TypeError): ok.append('evaluated')
print(len(ok), all(o in ('value', 'refused', 'evaluated') for o in ok), ok[7])
deep = '\n'.join('    ' * i + 'if 1:' for i in range(99)) + '\n' + '    ' * 99 + 'print("99 deep")'
exec(deep)
try: exec('\n'.join(' ' * i + 'if 1:' for i in range(200)) + '\n' + ' ' * 200 + 'pass'); print('ran')
except (SyntaxError, RecursionError, MemoryError): print('refused')

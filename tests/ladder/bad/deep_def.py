# Many nested functions, classes and long elif chains.
def attempt(src):
    try: exec(src, {}); return 'ran'
    except (SyntaxError, RecursionError, MemoryError): return 'refused'
print(attempt('\n'.join(' ' * i + 'def f():' for i in range(60)) + '\n' + ' ' * 60 + 'pass'))
print(attempt('\n'.join(' ' * i + 'class C:' for i in range(60)) + '\n' + ' ' * 60 + 'x = 1'))
print(attempt('x = 700\nif x == 0: pass\n' + '\n'.join('elif x == %d: y = %d' % (i, i) for i in range(900)) + '\nassert y == 700'))
print(attempt('\n'.join('v%d = %d' % (i, i) for i in range(5000)) + '\nassert v4999 == 4999'))
print(attempt('def f(' + ', '.join('a%d' % i for i in range(300)) + '): return a299\nassert f(*range(300)) == 299'))
print(attempt('def f():\n' + '\n'.join(' v%d = %d' % (i, i) for i in range(1000)) + '\n return v999 + v0\nassert f() == 999'))
print(attempt('x = [' + ', '.join('"s%d"' % i for i in range(5000)) + ']\nassert x[4999] == "s4999"'))
print(attempt('x = {' + ', '.join('%d: %d' % (i, i) for i in range(3000)) + '}\nassert len(x) == 3000'))
print(attempt('assert f"' + '{1}' * 1000 + '" == "1" * 1000'))
print(attempt('def f(**k): return len(k)\nassert f(' + ', '.join('k%d=1' % i for i in range(400)) + ') == 400'))
print(attempt('for a in [0]:\n' + ''.join(' ' * (i + 1) + 'for v%d in [0]:\n' % i for i in range(18)) + ' ' * 19 + 'pass'))

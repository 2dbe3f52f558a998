# eval and exec with own namespaces.
print(eval('1 + 2'), eval('x * 2', {'x': 21}), eval('a + b', {'a': 1}, {'b': 2}))
ns = {}
exec('y = 5\ndef f(): return y * 2', ns)
print(ns['y'], ns['f'](), '__builtins__' in ns)
exec('print("in exec", ns["y"])')
x = 1
exec('x = 99')
print(x, [eval('i * i') for i in range(3)])
def g():
    v = 10
    return eval('v + 1'), sorted(locals())
print(g())
code = compile('p = 1 + 1\nq = p * 3', '<made>', 'exec')
exec(code, ns); print(ns['q'], code.co_filename, type(code).__name__)
print(eval(compile('6 * 7', 'e', 'eval')))
for f in (lambda: eval('1 +'), lambda: eval('x = 1'), lambda: exec('def'), lambda: eval('undefined_thing'), lambda: compile('1', 'f', 'bad'), lambda: eval(5)):
    try: f()
    except Exception as e: print(type(e).__name__)

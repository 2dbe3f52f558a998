# Exceptions hot in loops: counting, continuing, nested handlers.
ok = bad = 0
for x in ['1', 'x', '2', '', '3.5'] * 50:
    try:
        int(x)
    except ValueError:
        bad += 1
        continue
    else:
        ok += 1
print(ok, bad)
def find(d, *keys):
    for k in keys:
        try:
            d = d[k]
        except (KeyError, TypeError, IndexError) as e:
            return type(e).__name__
    return d
t = {'a': [1, {'b': 'deep'}]}
print([find(t, 'a', 1, 'b'), find(t, 'z'), find(t, 'a', 9), find(t, 'a', 0, 0)] * 2)
def depth(n):
    try:
        if n == 0: raise IndexError('bottom')
        depth(n - 1)
    except IndexError:
        if n < 90: raise
        return
    print('never')
print(depth(100))

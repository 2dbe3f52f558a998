# Names at module level are cached once they were looked up; every way of changing them is seen.
total = 0
step = 2
for i in range(50):
    total += step
    if i == 20:
        step = 3
    if i == 30:
        len = lambda x: 100
    if i == 40:
        del len
    total += len('ab')
print(total)

seen = []
for i in range(30):
    try:
        seen.append(late)
    except NameError as e:
        if i == 3:
            print(e)
        seen.append(None)
    if i == 10:
        late = 'here'
    if i == 20:
        del late
print(seen.count(None), seen.count('here'))

for i in range(30):
    globals()[f'new_{i}'] = i
    if i > 5:
        total += globals()[f'new_{i - 1}'] + step
print(total, new_29)


class Body:
    value = 1
    out = []
    for i in range(20):
        if i == 10:
            step = 'own'
        out.append(step)


print(Body.out[9], Body.out[11], step)

code = compile('r = []\nfor i in range(10):\n    r.append(x)\n', 'c', 'exec')
for scope in ({'x': 1}, {'x': 2}):
    exec(code, scope)
    print(scope['r'][-1])
local = {'x': 3}
exec(code, {'x': 4}, local)
print(local['r'][-1])

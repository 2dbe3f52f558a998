# for with else, break and continue; the variable keeps its last value.
for i in [1, 2, 3]:
    if i == 2:
        continue
    print(i)
else:
    print('else', i)
for i in range(10):
    if i * i > 20:
        print('break at', i)
        break
else:
    print('never')
for c in 'abc':
    print(c, end=' ')
print(c)
for a, b in [(1, 2), (3, 4)]:
    print(a * b)
for i in []:
    print('never')
else:
    print('empty')
for x in range(3):
    for y in range(3):
        if y == 2: break
        if x == 1: continue
        print(x, y)

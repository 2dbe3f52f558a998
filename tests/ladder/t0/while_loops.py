# while with else, break and continue.
i = 0
while i < 3:
    print(i)
    i += 1
else:
    print('else runs')
while True:
    i += 1
    if i % 2:
        continue
    if i > 8:
        break
    print('even', i)
else:
    print('never')
while False:
    print('never')
else:
    print('empty loop else')
n, steps = 27, 0
while n != 1:
    n = n // 2 if n % 2 == 0 else 3 * n + 1
    steps += 1
print(steps)

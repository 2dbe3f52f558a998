# Assigning the loop variable does not change the iteration.
for i in range(3):
    print(i, end=' ')
    i = 100
print(i)
total = 0
for i in range(100000):
    total += i
print(total)
for i in range(2 ** 62 - 2, 2 ** 62 + 2):
    print(i)
for i in range(10, -11, -5):
    print(i, end=',')
print()

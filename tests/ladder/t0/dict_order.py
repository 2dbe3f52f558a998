# Deleting and re-inserting moves a key to the end; updating does not.
d = {}
for i in range(10):
    d[i] = i * i
del d[3]
d[3] = 'again'
d[0] = 'updated'
print(list(d.items()))
for i in range(0, 10, 2):
    del d[i]
print(d)
for i in range(100, 120):
    d[i] = i
for i in range(100, 118):
    del d[i]
print(d)
print(list(reversed(d)))
d.pop(9)
print(d.popitem(), d)
big = {}
for i in range(2000):
    big[(i * 7919) % 2003] = i
print(len(big), list(big)[:5], list(big)[-3:], sum(big), big[1234])

# Changing a dict while iterating; views of one changed meanwhile.
d = {i: i for i in range(5)}
try:
    for k in d: d[k + 100] = 0
except RuntimeError as e: print(e)
try:
    for k in d: del d[k]
except RuntimeError as e: print(e)
for k in list(d): del d[k]
print(d)
d = {'a': 1}
for k in d: d[k] = 2
print(d)
it = iter({'x': 1})
print(next(it), next(it, 'done'), next(it, 'done'))
s = {1, 2, 3}
try:
    for x in s: s.add(x + 10)
except RuntimeError as e: print(e)
l = [1, 2, 3]
for x in l:
    if len(l) < 8: l.append(x * 10)
print(l)
l = [1, 2, 3, 4]
for x in l: l.remove(x)
print(l)
d = {1: 'a', 2: 'b'}
try:
    for k, v in d.items():
        d.pop(1); d[3] = 'c'; d[4] = 'd'
except RuntimeError as e: print(e)

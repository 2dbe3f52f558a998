# sort: stability, key, reverse, errors; the list is empty while it sorts.
data = [('b', 2), ('a', 2), ('c', 1), ('d', 1)]
print(sorted(data, key=lambda p: p[1]), sorted(data, key=lambda p: p[1], reverse=True))
a = [5, 3, 9, 1] * 30
a.sort()
print(a[:3], a[29:32], a[-1], a == sorted(a))
a.sort(key=lambda x: (x % 2, -x))
print(a[0], a[-1], len(a))
words = 'the quick brown fox jumps over the lazy dog'.split()
words.sort(key=len)
print(words)
l = [3, 1, 2]
seen = []
l.sort(key=lambda x: seen.append(len(l)) or x)
print(l, seen)
def bad(x):
    if x == 2: raise ValueError('in key')
    return x
try: l.sort(key=bad)
except ValueError as e: print(e, sorted(l))
try: [1, 'a'].sort()
except TypeError as e: print(e)
def mutate(x): m.append(x); return x
m = [3, 2, 1]
try: m.sort(key=mutate)
except ValueError as e: print(e)
class R:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v > o.v
print([r.v for r in sorted([R(1), R(3), R(2)])], sorted([True, False, 2, 0.5]))

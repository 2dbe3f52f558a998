# Subscript loads and stores, run hot, with other containers and indexes afterwards.
def load(c, k): return c[k]
def store(c, k, v): c[k] = v
class G:
    def __getitem__(self, k): return ('get', k)
    def __setitem__(self, k, v): self.last = (k, v)
def attempt(f, *a):
    try: return f(*a)
    except Exception as e: return type(e).__name__
for c, k in (([1, 2, 3], 1), ([1, 2, 3], -1), ((4, 5), 0), ({'k': 'v'}, 'k'), ('text', 2), (G(), 9), ([1], 5), ((1,), 2 ** 70), ({1: 2}, 1.0), (range(9), 3), (b'ab', 1), ([1, 2, 3], True), ([1, 2], slice(1)), ('é日', 1)):
    for _ in range(50): r = attempt(load, c, k)
    print(r)
l, d, g = [0] * 3, {}, G()
for c, k, v in ((l, 1, 'a'), (l, -1, 'b'), (d, 'k', 1), (g, 'x', 2), (l, 7, 0), (d, 5, 'five'), (bytearray(2), 1, 65), ((1,), 0, 0)):
    for _ in range(50): r = attempt(store, c, k, v)
    print(r, l, d)
print(g.last)
big = list(range(1000))
print(sum(load(big, i) for i in range(-1000, 1000)))
def swap(a, i, j): a[i], a[j] = a[j], a[i]
for i in range(200): swap(big, i, 999 - i)
print(big[:3], big[-3:])

# The same function, hot with ints in one thread and with strings and floats in others.
import threading
def add(a, b): return a + b
class P:
    def __init__(self, x): self.x = x
class Q:
    def __init__(self, x): self.y = 0; self.x = x
def get(o): return o.x
res = {}
def work(name, a, b, kind):
    acc, o = None, kind(a)
    for _ in range(3000): acc = add(a, b); assert get(o) == a
    res[name] = acc
ts = [threading.Thread(target=work, args=args) for args in (('int', 1, 2, P), ('float', 0.5, 0.25, Q), ('str', 'a', 'b', P), ('list', [1], [2], Q))]
for t in ts: t.start()
for t in ts: t.join()
print(sorted(res.items()))

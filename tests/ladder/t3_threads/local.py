# threading.local: values per thread, subclass with __init__.
import threading
data = threading.local()
data.x = 'main'
seen = []
def work(i):
    seen.append(hasattr(data, 'x'))
    data.x = i
    for _ in range(100): assert data.x == i
    seen.append(data.__dict__ == {'x': i})
ts = [threading.Thread(target=work, args=(i,)) for i in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(sorted(seen), data.x)
class Mine(threading.local):
    made = 0
    def __init__(self, v): self.v = v; type(self).made += 1
m = Mine(7)
m.v = 'changed'
out = []
t = threading.Thread(target=lambda: out.append(m.v)); t.start(); t.join()
print(m.v, out, Mine.made)
try: data.missing
except AttributeError as e: print(type(e).__name__)
del data.x
print(hasattr(data, 'x'))

# Attributes added to one object by many threads are all there.
import threading
class Box: pass
b = Box()
def work(k):
    for i in range(200): setattr(b, 'a%d_%d' % (k, i), (k, i))
ts = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(len(b.__dict__), all(getattr(b, 'a%d_%d' % (k, i)) == (k, i) for k in range(4) for i in range(200)))
boxes = [Box() for _ in range(500)]
def fill(name):
    for o in boxes: setattr(o, name, name)
ts = [threading.Thread(target=fill, args=(n,)) for n in ('x', 'y', 'z', 'w')]
for t in ts: t.start()
for t in ts: t.join()
print(all(o.x == 'x' and o.y == 'y' and o.z == 'z' and o.w == 'w' and len(o.__dict__) == 4 for o in boxes))

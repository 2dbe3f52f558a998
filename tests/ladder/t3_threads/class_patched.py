# A method replaced while others call it: every call gets the old or the new one, and the new one in the end.
import threading
class C:
    def m(self): return 0
versions = [lambda self, i=i: i for i in range(50)]
stop, bad, last = threading.Event(), [], []
def call():
    c, high = C(), 0
    while not stop.is_set():
        v = c.m()
        if v < high: bad.append((v, high))
        high = v
    last.append(c.m())
ts = [threading.Thread(target=call) for _ in range(2)]
for t in ts: t.start()
for f in versions:
    C.m = f
    for _ in range(200): pass
stop.set()
for t in ts: t.join()
print(bad, last)

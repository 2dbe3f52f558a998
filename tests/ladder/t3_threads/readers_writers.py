# Readers of a growing list and dict see whole values, never torn ones.
import threading
l, d, stop, bad = [0], {0: '0'}, threading.Event(), []
def write():
    for i in range(1, 8000):
        l.append(i); d[i] = str(i)
    stop.set()
def read():
    while not stop.is_set():
        n = len(l)
        if l[n - 1] < n - 1: bad.append('list')
        if l[-1] is None: bad.append('none')
        v = d.get(n // 2)
        if v is not None and v != str(n // 2): bad.append('dict')
ts = [threading.Thread(target=f) for f in (write, read, read)]
for t in ts: t.start()
for t in ts: t.join()
print(bad, len(l), len(d))

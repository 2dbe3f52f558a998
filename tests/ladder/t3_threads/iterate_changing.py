# Iterating what another thread changes: CPython's errors or a clean end, never a crash.
import threading
d, l, s, stop = {i: i for i in range(50)}, list(range(50)), set(range(50)), threading.Event()
odd = []
def change():
    for r in range(300):
        for i in range(50, 60): d[i] = i; l.append(i); s.add(i)
        for i in range(50, 60): d.pop(i); l.pop(); s.discard(i)
    stop.set()
def walk(c):
    while not stop.is_set():
        try:
            n = 0
            for x in c: n += 1
        except RuntimeError as e:
            if 'changed' not in str(e): odd.append(str(e))
ts = [threading.Thread(target=change)] + [threading.Thread(target=walk, args=(c,)) for c in (d, l, s)]
for t in ts: t.start()
for t in ts: t.join()
print(odd, len(d), len(l), len(s))

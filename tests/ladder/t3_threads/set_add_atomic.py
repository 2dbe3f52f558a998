# No set element is lost.
import threading
s = set()
def work(k):
    for i in range(8000): s.add(k * 5000 + i)
ts = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(len(s), s == set(range(23000)))
def drop(k):
    for i in range(k, 23000, 4): s.discard(i)
ts = [threading.Thread(target=drop, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(s)

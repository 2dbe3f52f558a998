# A global and a shadowed builtin change under running threads.
import threading
value, stop, bad, ends = 0, threading.Event(), [], []
def reader():
    high = 0
    while not stop.is_set():
        v = value
        if v < high: bad.append((v, high))
        high = v
    ends.append((value, len('abc')))
ts = [threading.Thread(target=reader) for _ in range(2)]
for t in ts: t.start()
for i in range(3000): value = i
len = lambda x: 'shadow'
stop.set()
for t in ts: t.join()
del len
print(bad, ends, len('ab'))

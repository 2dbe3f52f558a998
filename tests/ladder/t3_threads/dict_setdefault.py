# setdefault and pop have one winner.
import threading
d, winners = {}, [[] for _ in range(4)]
barrier = threading.Barrier(4)
def work(k):
    barrier.wait()
    for i in range(3000):
        if d.setdefault(i, k) == k: winners[k].append(i)
ts = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(len(d), sorted(i for w in winners for i in w) == list(range(3000)))
popped = [[] for _ in range(4)]
def take(k):
    barrier.wait()
    for i in range(3000):
        if d.pop(i, None) is not None: popped[k].append(i)
ts = [threading.Thread(target=take, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(len(d), sorted(i for p in popped for i in p) == list(range(3000)))

# One itertools.count drawn from by several threads gives each number once.
import threading, itertools
c, out = itertools.count(), [[] for _ in range(4)]
def work(k):
    for _ in range(3000): out[k].append(next(c))
ts = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(sorted(x for o in out for x in o) == list(range(12000)), all(o == sorted(o) for o in out), next(c))

# No append is lost, from the list's growth up.
import threading
l = []
def work(base):
    for i in range(20000): l.append(base + i)
ts = [threading.Thread(target=work, args=(k * 20000,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(len(l), sorted(l) == list(range(80000)))
per = [[x for x in l if x // 20000 == k] for k in range(4)]
print(all(p == sorted(p) for p in per))

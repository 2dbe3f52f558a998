# No d[k] = v is lost while the table grows.
import threading
d = {}
def work(k):
    for i in range(10000): d[k, i] = i
ts = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(len(d), sum(d.values()), all(d[k, i] == i for k in range(4) for i in range(0, 10000, 97)))
e = {}
def churn(k):
    for i in range(5000):
        e[k * 10000 + i] = i
        if i % 3 == 0: del e[k * 10000 + i]
ts = [threading.Thread(target=churn, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(len(e), sum(e.values()))

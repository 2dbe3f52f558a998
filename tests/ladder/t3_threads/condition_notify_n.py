# notify(n) wakes at most n waiters.
import threading, time
cond, woken, waiting = threading.Condition(), [], 0
def waiter(i):
    global waiting
    with cond:
        waiting += 1
        cond.wait()
        woken.append(i)
ts = [threading.Thread(target=waiter, args=(i,)) for i in range(5)]
for t in ts: t.start()
while True:
    with cond:
        if waiting == 5: break
    time.sleep(0.002)
with cond: cond.notify(2)
for _ in range(500):
    time.sleep(0.002)
    with cond:
        if len(woken) == 2: break
time.sleep(0.02)
print(len(woken))
with cond: cond.notify_all()
for t in ts: t.join()
print(sorted(woken))

# A cell shared by threads under a lock; separate cells per thread.
import threading
def make():
    n, lock = 0, threading.Lock()
    def add():
        nonlocal n
        with lock: n += 1
    def get(): return n
    return add, get
add, get = make()
pairs = [make() for _ in range(4)]
def work(mine):
    for _ in range(2000): add(); mine()
ts = [threading.Thread(target=work, args=(p[0],)) for p in pairs]
for t in ts: t.start()
for t in ts: t.join()
print(get(), [p[1]() for p in pairs])

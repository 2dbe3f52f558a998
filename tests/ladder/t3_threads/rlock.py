# RLock: reentrant, owned by a thread.
import threading
r = threading.RLock()
with r:
    with r:
        print('nested', r.acquire(), r.release())
got = []
def other():
    got.append(r.acquire(blocking=False))
with r:
    t = threading.Thread(target=other); t.start(); t.join()
t = threading.Thread(target=other); t.start(); t.join()
print(got)
r2 = threading.RLock()
try: r2.release()
except RuntimeError as e: print(e)
class Account:
    def __init__(self): self.lock, self.v = threading.RLock(), 0
    def add(self, n):
        with self.lock: self.v += n
    def add_twice(self, n):
        with self.lock: self.add(n); self.add(n)
a = Account()
ts = [threading.Thread(target=lambda: [a.add_twice(1) for _ in range(500)]) for _ in range(3)]
for t in ts: t.start()
for t in ts: t.join()
print(a.v)

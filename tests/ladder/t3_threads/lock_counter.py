# A counter under a lock loses nothing.
import threading
class Counter:
    def __init__(self): self.n, self.lock = 0, threading.Lock()
    def add(self):
        with self.lock:
            self.n += 1
c = Counter()
def work():
    for _ in range(5000): c.add()
ts = [threading.Thread(target=work) for _ in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(c.n)

# A hand-made blocking queue with several producers and consumers.
import threading
class Queue:
    def __init__(self, size):
        self.items, self.size, lock = [], size, threading.Lock()
        self.not_empty, self.not_full = threading.Condition(lock), threading.Condition(lock)
    def put(self, v):
        with self.not_full:
            while len(self.items) >= self.size: self.not_full.wait()
            self.items.append(v); self.not_empty.notify()
    def get(self):
        with self.not_empty:
            while not self.items: self.not_empty.wait()
            v = self.items.pop(0); self.not_full.notify()
            return v
q, out = Queue(3), [[] for _ in range(3)]
def produce(k):
    for i in range(200): q.put(k * 1000 + i)
def consume(k):
    while (v := q.get()) is not None: out[k].append(v)
ps = [threading.Thread(target=produce, args=(k,)) for k in range(2)]
cs = [threading.Thread(target=consume, args=(k,)) for k in range(3)]
for t in ps + cs: t.start()
for t in ps: t.join()
for _ in cs: q.put(None)
for t in cs: t.join()
print(sorted(x for o in out for x in o) == sorted([*range(200), *range(1000, 1200)]))
print(all([x for x in o if x < 1000] == sorted(x for x in o if x < 1000) for o in out))

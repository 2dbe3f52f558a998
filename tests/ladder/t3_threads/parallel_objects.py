# Threads that allocate, link and drop objects while the others do too.
import threading, gc
class Node:
    def __init__(self, v, next): self.v, self.next = v, next
def build(n, seed):
    total = 0
    for r in range(20):
        head = None
        for i in range(n): head = Node(i * seed, head)
        while head: total += head.v; head = head.next
    return total
res = {}
def work(s): res[s] = build(400, s)
ts = [threading.Thread(target=work, args=(s,)) for s in range(1, 5)]
for t in ts: t.start()
gc.collect()
for t in ts: t.join()
print(sorted(res.items()))

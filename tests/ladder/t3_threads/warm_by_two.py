# Two threads run the same functions hot while a third redefines what they use.
import threading
class P:
    def __init__(self, x): self.x = x
    def get(self): return self.x
def work(n):
    t = 0
    for i in range(n):
        p = P(i)
        t += p.get() + len((i,)) - scale
    return t
scale = 1
res = [None] * 2
ts = [threading.Thread(target=lambda k=k: res.__setitem__(k, [work(300) for _ in range(20)])) for k in range(2)]
for t in ts: t.start()
for i in range(200):
    P.get = (lambda self: self.x) if i % 2 else (lambda self: self.x + 0)
for t in ts: t.join()
print(res[0] == res[1] == [sum(range(300))] * 20)

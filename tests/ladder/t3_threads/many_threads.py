# Two hundred short threads, one after the other and together.
import threading
n = 0
def one():
    global n
    n += 1
for _ in range(200):
    t = threading.Thread(target=one); t.start(); t.join()
print(n)
out = []
ts = [threading.Thread(target=out.append, args=(i,)) for i in range(100)]
for t in ts: t.start()
for t in ts: t.join()
print(sorted(out) == list(range(100)))
def nested(d):
    if d:
        t = threading.Thread(target=nested, args=(d - 1,)); t.start(); t.join()
    out.append(('depth', d))
nested(8)
print(out[-9:])

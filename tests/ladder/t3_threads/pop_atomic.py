# Each element is popped exactly once.
import threading
l = list(range(40000))
out = [[] for _ in range(4)]
def work(mine):
    try:
        while True: mine.append(l.pop())
    except IndexError: pass
ts = [threading.Thread(target=work, args=(o,)) for o in out]
for t in ts: t.start()
for t in ts: t.join()
print(sum(len(o) for o in out), sorted(x for o in out for x in o) == list(range(40000)), l)

# options: -X heap-limit=64M
# by-hand: the option is our own
# timeout: 60
# Every thread gets its MemoryError, and the rest goes on.
import threading
res = []
def eat():
    keep = []
    try:
        while True: keep.append([0] * 1000)
    except MemoryError:
        keep = None
        res.append('MemoryError')
ts = [threading.Thread(target=eat) for _ in range(3)]
for t in ts: t.start()
for t in ts: t.join()
print(res, sum(range(1000)))

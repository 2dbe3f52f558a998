# Lines printed by several threads come out whole.
import threading, io, sys
buf = io.StringIO()
def work(k):
    for i in range(200): buf.write('%d-%d\n' % (k, i))
ts = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
lines = buf.getvalue().splitlines()
print(len(lines), sorted(lines) == sorted('%d-%d' % (k, i) for k in range(4) for i in range(200)))

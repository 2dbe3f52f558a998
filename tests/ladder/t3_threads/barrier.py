# Barrier: rounds in step, action, abort, timeout.
import threading
log, lock, rounds = [], threading.Lock(), []
b = threading.Barrier(3, action=lambda: rounds.append('round'))
def work(i):
    for r in range(4):
        with lock: log.append(r)
        b.wait()
ts = [threading.Thread(target=work, args=(i,)) for i in range(3)]
for t in ts: t.start()
for t in ts: t.join()
print(log, rounds, b.parties, b.n_waiting, b.broken)
got = []
c = threading.Barrier(2)
t = threading.Thread(target=lambda: got.append(c.wait())); t.start(); got.append(c.wait()); t.join()
print(sorted(got))
d = threading.Barrier(2)
try: d.wait(timeout=0.01)
except threading.BrokenBarrierError: print('broken', d.broken)
d.reset(); print(d.broken)
d.abort()
try: d.wait()
except threading.BrokenBarrierError: print('aborted')

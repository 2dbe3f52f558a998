# Condition: a bounded buffer with wait_for and notify.
import threading
cond, items, taken = threading.Condition(), [], []
def producer():
    for i in range(50):
        with cond:
            cond.wait_for(lambda: len(items) < 4)
            items.append(i); cond.notify_all()
    with cond: items.append(None); cond.notify_all()
def consumer():
    while True:
        with cond:
            while not items: cond.wait()
            v = items.pop(0); cond.notify_all()
        if v is None: break
        taken.append(v)
ts = [threading.Thread(target=f) for f in (producer, consumer)]
for t in ts: t.start()
for t in ts: t.join()
print(taken == list(range(50)), items)
with cond: print(cond.wait(0.01), cond.wait_for(lambda: False, timeout=0.01), cond.wait_for(lambda: 'value'))
for f in (cond.notify, cond.wait):
    try: f()
    except RuntimeError as e: print(e)

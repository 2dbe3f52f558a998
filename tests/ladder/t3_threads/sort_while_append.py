# sort() of a list that others append to: the list never crashes and keeps its own elements.
import threading
l, stop, errors = list(range(200, 0, -1)), threading.Event(), []
def sorter():
    for _ in range(200):
        try: l.sort()
        except ValueError as e:
            if 'modified' not in str(e): errors.append(str(e))
    stop.set()
def appender():
    i = 0
    while not stop.is_set() and i < 2000: l.append(i); i += 1
ts = [threading.Thread(target=f) for f in (sorter, appender)]
for t in ts: t.start()
for t in ts: t.join()
print(errors, all(isinstance(x, int) for x in l))

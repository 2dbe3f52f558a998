# Thread: start, join, name, ident, is_alive.
import threading
def work(n, out):
    out.append(n * n)
out = []
ts = [threading.Thread(target=work, args=(i, out)) for i in range(6)]
print(ts[0].is_alive(), ts[0].ident)
for t in ts: t.start()
for t in ts: t.join()
print(sorted(out), any(t.is_alive() for t in ts), all(isinstance(t.ident, int) for t in ts))
t = threading.Thread(target=print, args=('hello',), kwargs={'end': '!\n'}, name='greeter')
print(t.name, t.daemon)
t.start(); t.join(); t.join()
print(threading.Thread().name.startswith('Thread-'))

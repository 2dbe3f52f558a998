# Infinite recursion in a thread is a RecursionError there, not a crash.
import threading
res = []
def f(n): return f(n + 1)
class R:
    def __repr__(self): return repr(self)
def run(g):
    try: g()
    except RecursionError: res.append('RecursionError')
ts = [threading.Thread(target=run, args=(g,)) for g in (lambda: f(0), lambda: repr(R()), lambda: f(0))]
for t in ts: t.start()
for t in ts: t.join()
print(res)
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
t = threading.Thread(target=lambda: res.append(deep(900))); t.start(); t.join()
print(res[-1])

# by-hand: CPython ends no sleep, lock wait or join of another thread than the main one when an exception is sent
import threading, time, queue, _weft
class Stop(Exception): pass
def hit(what, body):
    box, ready = [], threading.Event()
    def run():
        ready.set()
        try: body(); box.append('no exception')
        except Stop as e: box.append(e.args)
    t = threading.Thread(target=run); t.start(); ready.wait()
    time.sleep(0.02)
    start = time.monotonic()
    n = _weft.set_async_exc(t.ident, Stop('instance', what))
    t.join(20)
    print(n, box, time.monotonic() - start < 10)
lock = threading.Lock(); lock.acquire()
rlock = threading.RLock(); rlock.acquire()
forever = threading.Thread(target=lambda: lock.acquire() and lock.release()); forever.start()
event, condition, semaphore, barrier = threading.Event(), threading.Condition(), threading.Semaphore(0), threading.Barrier(2)
def wait_condition():
    with condition: condition.wait()
hit('sleep', lambda: time.sleep(60))
hit('lock', lock.acquire)
hit('lock with a limit', lambda: lock.acquire(timeout=60))
hit('rlock', rlock.acquire)
hit('join', forever.join)
hit('event', event.wait)
hit('condition', wait_condition)
hit('semaphore', semaphore.acquire)
hit('queue', queue.Queue().get)
hit('full queue', lambda: [q.put(1) for q in [queue.Queue(1)] * 2])
# No wait took what it waited for.
lock.release(); forever.join()
print(lock.acquire(timeout=5), condition.acquire(timeout=5), rlock.release())
# Each is delivered once, to whom it was sent, while the collector runs.
import gc
inside, counts = [-1] * 4, [0] * 4
def target(k):
    for n in range(50):
        try:
            inside[k] = n
            while True: pass
        except Stop as e:
            if e.args == (k, n): counts[k] += 1
ts = [threading.Thread(target=target, args=(k,)) for k in range(4)]
for t in ts: t.start()
for n in range(50):
    for k, t in enumerate(ts):
        while inside[k] != n: time.sleep(0)
        _weft.set_async_exc(t.ident, Stop(k, n))
    if n % 10 == 0: gc.collect()
for t in ts: t.join()
print(counts)

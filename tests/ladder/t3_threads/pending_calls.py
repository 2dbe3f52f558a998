# by-hand: _weft is our own module
import threading, time, _weft
def wait(until):
    for _ in range(5000):
        if until(): return True
        time.sleep(0.001)
# For a thread: in order, each once, in that thread, also out of a wait.
log, stop = [], threading.Event()
t = threading.Thread(target=stop.wait); t.start()
queued = 0
for n in range(100):
    while not _weft.add_pending_call(t.ident, lambda n=n: log.append((n, threading.get_ident()))): time.sleep(0)
print(wait(lambda: len(log) == 100), log == [(n, t.ident) for n in range(100)])
stop.set(); t.join()
# The main thread's are made by the main thread.
who = []
def helper():
    for _ in range(10):
        _weft.add_pending_call(None, lambda: who.append(threading.current_thread() is threading.main_thread()))
        for _ in range(100): pass
h = threading.Thread(target=helper); h.start(); h.join()
print(wait(lambda: len(who) == 10), set(who))
# A full queue says so, and keeps what it has.
me, order = threading.get_ident(), []
def fill():
    order.append('first')
    n = 0
    while _weft.add_pending_call(me, lambda n=n: order.append(n)): n += 1
    order.append('full at %d' % n)
_weft.add_pending_call(me, fill)
print(wait(lambda: len(order) == 34), order[:3], order[-1])
# A call that fails raises where it was made; the next ones follow.
after = []
def fail(): raise ZeroDivisionError('in a call')
try:
    _weft.add_pending_call(me, fail)
    _weft.add_pending_call(me, lambda: after.append('next'))
    wait(lambda: after)
except ZeroDivisionError as e: print(e)
print(wait(lambda: after), after)
for bad in ((1 << 40, print), (me, 5)):
    try: print(_weft.add_pending_call(*bad))
    except (ValueError, TypeError) as e: print(type(e).__name__, e)

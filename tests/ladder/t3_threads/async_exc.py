# An exception sent to a thread: raised at its next poll, reaches no other thread, is replaced and taken back.
import threading, time
try:
    from _weft import set_async_exc
except ImportError:
    import ctypes
    def set_async_exc(ident, exc):
        if exc is not None and not (isinstance(exc, type) and issubclass(exc, BaseException)): raise TypeError
        return ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), None if exc is None else ctypes.py_object(exc))
class Stop(Exception): pass
class Other(Exception): pass
def victim(body):
    box, ready = [], threading.Event()
    def run():
        try: body(ready)
        except BaseException as e: box.append(type(e).__name__)
        else: box.append('no exception')
    t = threading.Thread(target=run); t.start(); ready.wait()
    return t, box
def hit(what, body):
    t, box = victim(body)
    time.sleep(0.02)
    n = set_async_exc(t.ident, Stop)
    t.join(20)
    print(what, n, box, t.is_alive())
def spin(ready):
    ready.set()
    while True: pass
hit('loop', spin)
# CPython wakes only the main thread from a sleep; the bytecode after it raises.
def sleeps(ready):
    ready.set()
    for _ in range(400): time.sleep(0.05)
hit('sleeps', sleeps)
def cond(ready):
    c = threading.Condition()
    with c:
        ready.set()
        try:
            while True: c.wait(0.01)
        finally: print('condition owned', c._is_owned())
hit('condition', cond)
bystander_runs = threading.Event()
def bystander():
    try:
        for _ in range(200): time.sleep(0.001)
        print('bystander undisturbed')
    except BaseException as e: print('bystander', e)
b = threading.Thread(target=bystander); b.start()
for _ in range(20): hit_t, box = victim(spin); set_async_exc(hit_t.ident, Stop); hit_t.join(); assert box == ['Stop'], box
b.join()
t = threading.Thread(target=lambda: None); t.start(); t.join()
print('ended', set_async_exc(t.ident, Stop), set_async_exc(2 ** 40 + 7, Stop), set_async_exc(2 ** 40 + 7, None))
# To itself: raised at a following poll. A later one replaces an earlier one, and None takes it back.
def own(*excs):
    try:
        for e in excs: set_async_exc(threading.get_ident(), e)
        for _ in range(1000): pass
        return 'nothing'
    except Exception as e: return type(e).__name__
print(own(Stop), own(None), own(), own(Stop, None) in ('nothing', 'Stop'))
class Bad(Exception):
    def __init__(self): raise Other('in the constructor')
print(own(Bad))
for bad in (1, int, 'x'):
    try: set_async_exc(threading.get_ident(), bad)
    except TypeError: print('TypeError')

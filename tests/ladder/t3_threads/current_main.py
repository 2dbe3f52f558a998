# current_thread, main_thread, get_ident, active_count, enumerate.
import threading
print(threading.current_thread() is threading.main_thread(), threading.current_thread().name, threading.active_count())
print(threading.get_ident() == threading.main_thread().ident, isinstance(threading.get_native_id(), int))
gate, seen = threading.Event(), []
def wait():
    seen.append(threading.current_thread() is threading.main_thread())
    gate.wait()
ts = [threading.Thread(target=wait) for _ in range(3)]
for t in ts: t.start()
print(threading.active_count(), sorted(t.name == 'MainThread' for t in threading.enumerate()))
gate.set()
for t in ts: t.join()
print(threading.active_count(), seen, len(set([threading.get_ident()] + [t.ident for t in ts])) >= 2)

# _thread: start_new_thread, allocate_lock, get_ident, exit, LockType.
import _thread, time
done = _thread.allocate_lock()
done.acquire()
out = []
def work(a, b=0):
    out.append((a, b, _thread.get_ident() != main))
    done.release()
main = _thread.get_ident()
_thread.start_new_thread(work, (1,), {'b': 2})
done.acquire()
print(out, type(done) is _thread.LockType, _thread.error is RuntimeError)
def leaver():
    try: _thread.exit()
    finally: done.release()
_thread.start_new_thread(leaver, ())
print(done.acquire(timeout=10))
for f in (lambda: _thread.start_new_thread(5, ()), lambda: _thread.start_new_thread(work, 5)):
    try: f()
    except TypeError as e: print('TypeError')

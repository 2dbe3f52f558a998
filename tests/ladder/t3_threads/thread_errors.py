# What Thread refuses.
import threading
t = threading.Thread(target=lambda: None)
def attempt(f):
    try: print(f())
    except (RuntimeError, ValueError, TypeError) as e: print(type(e).__name__, e)
attempt(t.join)
t.start(); t.join()
attempt(t.start)
attempt(threading.current_thread().join)
attempt(lambda: t.join(timeout=0.1))
class NoInit(threading.Thread):
    def __init__(self): pass
attempt(lambda: NoInit().start())

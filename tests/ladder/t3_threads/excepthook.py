# threading.excepthook sees the exception of a thread.
import threading
seen = []
def hook(args):
    seen.append((args.exc_type.__name__, str(args.exc_value), args.thread.name, args.exc_traceback is not None))
old = threading.excepthook
threading.excepthook = hook
def boom(n): raise KeyError(n) if n else SystemExit
ts = [threading.Thread(target=boom, args=(i,), name='t%d' % i) for i in range(3)]
for t in ts: t.start(); t.join()
print(seen)
threading.excepthook = old
print(callable(threading.excepthook), hasattr(threading, 'ExceptHookArgs'))

# Timer: fires after its interval, can be cancelled.
import threading
fired = []
t = threading.Timer(0.02, fired.append, args=['fired'])
t.start(); t.join()
c = threading.Timer(30, fired.append, args=['never'])
c.start(); c.cancel(); c.join()
k = threading.Timer(0.01, lambda *, a: fired.append(a), kwargs={'a': 'kw'})
k.start(); k.join()
print(fired, t.is_alive(), c.finished.is_set())

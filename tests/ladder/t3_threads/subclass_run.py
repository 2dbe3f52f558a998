# Subclasses of Thread override run().
import threading
class Worker(threading.Thread):
    def __init__(self, n):
        super().__init__(name='worker-%d' % n)
        self.n, self.result = n, None
    def run(self):
        self.result = (threading.current_thread() is self, self.name, sum(range(self.n)))
ws = [Worker(n) for n in (10, 100, 1000)]
for w in ws: w.start()
for w in ws: w.join()
for w in ws: print(w.result)

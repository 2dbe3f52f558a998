# sigint: ready
# Only the main thread is interrupted, also out of a join.
import threading
stop = threading.Event()
def work():
    while not stop.is_set(): pass
    print('worker ends')
t = threading.Thread(target=work); t.start()
try:
    print('ready', flush=True)
    t.join(30)
    print('not interrupted')
except KeyboardInterrupt:
    print('main interrupted')
    stop.set()
t.join()

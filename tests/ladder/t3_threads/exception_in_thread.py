# stderr: last
# An uncaught exception in a thread is printed; the program goes on and exits with 0.
import threading
def boom():
    raise ValueError('in thread')
t = threading.Thread(target=boom, name='bomber')
t.start(); t.join()
print('main goes on', t.is_alive())

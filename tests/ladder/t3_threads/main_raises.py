# exit: 1
# The main program raises while a thread runs: the thread is waited for.
import threading, time
def late():
    time.sleep(0.05)
    print('thread finished')
threading.Thread(target=late).start()
raise ValueError('main')

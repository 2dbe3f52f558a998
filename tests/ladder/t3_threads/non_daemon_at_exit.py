# The process waits for ordinary threads after the main program's end.
import threading, time
def late():
    time.sleep(0.05)
    print('late thread done')
threading.Thread(target=late).start()
print('main ends')

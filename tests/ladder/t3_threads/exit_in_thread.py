# exit: 0
# sys.exit in a thread ends that thread alone, silently.
import threading, sys
def leave():
    sys.exit(5)
t = threading.Thread(target=leave); t.start(); t.join()
print('still here')

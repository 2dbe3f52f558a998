# Daemon threads do not keep the process; their output after main's end is not required.
import threading, time
def forever():
    while True: time.sleep(0.001)
def spin():
    n = 0
    while True: n += 1
for f in (forever, spin):
    t = threading.Thread(target=f, daemon=True)
    t.start()
    print(t.daemon, t.is_alive())
print('main ends')

# Event: set, clear, wait with timeout.
import threading
e = threading.Event()
print(e.is_set(), e.wait(0.01))
order = []
def waiter():
    order.append('waiting')
    print(e.wait(10))
    order.append('woken')
t = threading.Thread(target=waiter); t.start()
order.append('setting'); e.set(); t.join()
print(sorted(order), order[-1], e.is_set(), e.wait(), e.clear(), e.is_set())
ping, pong, log = threading.Event(), threading.Event(), []
def player():
    for i in range(5):
        ping.wait(); ping.clear(); log.append('ping%d' % i); pong.set()
t = threading.Thread(target=player); t.start()
for i in range(5):
    ping.set(); pong.wait(); pong.clear(); log.append('pong%d' % i)
t.join(); print(log)

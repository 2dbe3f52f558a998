# Semaphore and BoundedSemaphore limit concurrency.
import threading, time
sem, lock, inside, peak = threading.Semaphore(2), threading.Lock(), 0, 0
def work():
    global inside, peak
    with sem:
        with lock: inside += 1; peak = max(peak, inside)
        time.sleep(0.005)
        with lock: inside -= 1
ts = [threading.Thread(target=work) for _ in range(6)]
for t in ts: t.start()
for t in ts: t.join()
print(peak <= 2, inside)
s = threading.Semaphore(1)
print(s.acquire(), s.acquire(blocking=False), s.acquire(timeout=0.01), s.release(), s.acquire(), s.release(2), s.acquire(False), s.acquire(False), s.acquire(False))
b = threading.BoundedSemaphore(1)
try: b.release()
except ValueError as e: print(e)
try: threading.Semaphore(-1)
except ValueError as e: print(e)

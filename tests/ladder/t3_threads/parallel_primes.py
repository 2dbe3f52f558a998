# Work split over threads gives the answer of one thread.
import threading
def primes(lo, hi):
    n = 0
    for k in range(lo, hi):
        if k > 1 and all(k % d for d in range(2, int(k ** 0.5) + 1)): n += 1
    return n
def split(parts, top):
    res = [0] * parts
    def work(i): res[i] = primes(top * i // parts, top * (i + 1) // parts)
    ts = [threading.Thread(target=work, args=(i,)) for i in range(parts)]
    for t in ts: t.start()
    for t in ts: t.join()
    return sum(res)
print(primes(0, 6000), [split(n, 6000) for n in (1, 2, 3, 8)])

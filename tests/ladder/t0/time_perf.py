# time.perf_counter moves forward.
import time
a = time.perf_counter()
n = 0
for i in range(10000):
    n += i
b = time.perf_counter()
print(n, isinstance(a, float), b > a, b - a < 60)
print(time.perf_counter_ns() > 0, isinstance(time.time(), float), time.monotonic() <= time.monotonic())

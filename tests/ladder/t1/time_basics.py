# time: sleep lasts, clocks agree, fixed conversions.
import time
a = time.monotonic(); time.sleep(0.02); b = time.monotonic()
print(b - a >= 0.02, b - a < 5, time.time() > 1.7e9, isinstance(time.time_ns(), int), time.process_time() >= 0, time.thread_time() >= 0)
print(time.gmtime(0)[:6], time.gmtime(86400 * 365).tm_year, time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(1000000000)))
for f in (lambda: time.sleep(-1), lambda: time.sleep('x')):
    try: f()
    except (ValueError, TypeError) as e: print(type(e).__name__)

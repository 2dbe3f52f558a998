# Each thread has its own current exception, handlers and tracebacks.
import threading, sys
res = {}
def work(k):
    out = []
    for i in range(200):
        try:
            try: raise ValueError(k, i)
            except ValueError as e:
                assert sys.exception() is e
                raise KeyError(k) from e
        except KeyError as e:
            out.append(e.__cause__.args)
        assert sys.exception() is None
    res[k] = out == [(k, i) for i in range(200)]
ts = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(sorted(res.items()))

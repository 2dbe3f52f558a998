# One generator used by two threads: values are distinct, or the second gets ValueError.
import threading
def numbers():
    for i in range(5000): yield i
g, out, errors = numbers(), [[], []], [0, 0]
def take(k):
    while True:
        try: out[k].append(next(g))
        except StopIteration: break
        except ValueError as e:
            if 'already executing' in str(e): errors[k] += 1
ts = [threading.Thread(target=take, args=(k,)) for k in range(2)]
for t in ts: t.start()
for t in ts: t.join()
print(sorted(out[0] + out[1]) == list(range(5000)))
own = []
def separate(k): own.append(sum(numbers()))
ts = [threading.Thread(target=separate, args=(k,)) for k in range(3)]
for t in ts: t.start()
for t in ts: t.join()
print(own)

# A generator goes on in whichever thread resumes it: locals, delegation and handlers come along.
import threading
def inner():
    total = 0
    while True:
        try:
            got = yield total
        except KeyError as e:
            got = 100 + len(e.args)
        if got is None: return total
        total += got
def outer():
    result = yield from inner()
    yield ('result', result)
class Count:
    def __init__(self): self.n = 0
    def up(self): self.n += 1; return self.n
def warm(c):
    for _ in range(200): yield c.up() + _
def elsewhere(f, *args):
    box = []
    t = threading.Thread(target=lambda: box.append(f(*args)))
    t.start(); t.join()
    return box[0]
g = outer()
print(elsewhere(next, g), g.gi_frame is not None, g.gi_suspended)
print([elsewhere(g.send, n) for n in range(1, 6)])
print(elsewhere(g.throw, KeyError('a', 'b')), g.gi_yieldfrom.__name__)
print(elsewhere(g.send, None), elsewhere(next, g, 'end'), g.gi_frame)
w = warm(Count())
print(sum(elsewhere(lambda: sum(next(w) for _ in range(20))) for _ in range(10)), next(w, None))
async def co(n):
    class Wait:
        def __await__(self): return (yield n)
    return [await Wait(), await Wait()]
c = co(7)
print(elsewhere(c.send, None), elsewhere(c.send, 'a'))
try: elsewhere(lambda: print(1)); c.send('b')
except StopIteration as e: print(e.value)

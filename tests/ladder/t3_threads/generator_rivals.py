# Several threads resume, inspect, throw into and close generators at once: each gets a value or an exception of the right kind.
import threading
rounds, kinds, values = 60, set(), []
lock = threading.Lock()
def inner():
    for i in range(40):
        try: yield i
        except LookupError: pass
def outer():
    yield from inner()
    yield from inner()
def note(kind):
    with lock: kinds.add(kind)
def resume(g, out):
    for _ in range(60):
        try: out.append(next(g))
        except StopIteration: return
        except ValueError as e: note(str(e))
def iterate(g, out):
    try:
        for x in g: out.append(x)
    except ValueError as e: note(str(e))
def look(g):
    for _ in range(60):
        f, d = g.gi_frame, g.gi_yieldfrom
        if f is not None: f.f_code.co_name, f.f_lineno
        if d is not None: d.gi_running
        g.gi_suspended, g.gi_running
def throw(g):
    for _ in range(10):
        try: g.throw(LookupError)
        except (LookupError, StopIteration): pass
        except ValueError as e: note(str(e))
def close(g):
    try: g.close()
    except ValueError as e: note(str(e))
lost = 0
for r in range(rounds):
    g, outs = outer(), [[], []]
    jobs = [(resume, g, outs[0]), (iterate, g, outs[1]), (look, g)]
    if r % 2: jobs += [(throw, g), (close, g)]
    ts = [threading.Thread(target=j[0], args=j[1:]) for j in jobs]
    for t in ts: t.start()
    for t in ts: t.join()
    got = outs[0] + outs[1]
    # Without throw and close nothing is lost: what is left is still there, in order.
    if r % 2 == 0:
        got += list(g)
        if sorted(got) != sorted(list(range(40)) * 2): lost += 1
print(lost, kinds <= {'generator already executing'})

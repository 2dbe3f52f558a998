# Long runs over shared objects with invariants. `KIND` and `SEED` are set before.
import _stress, _thread, _weft, gc, random, sys, weakref
from collections import deque

rng = random.Random(SEED)
THREADS = 4


def run_threads(bodies):
    """Runs each function in a thread of its own; their results, or the exception of one."""
    results = [None] * len(bodies)
    left = _thread.allocate_lock()
    left.acquire()
    count = [len(bodies)]
    guard = _thread.allocate_lock()

    def body(i, f):
        try:
            results[i] = f(i)
        except BaseException as e:
            results[i] = e
        with guard:
            count[0] -= 1
            last = count[0] == 0
        if last:
            left.release()

    for i, f in enumerate(bodies):
        while True:
            try:
                _thread.start_new_thread(body, (i, f))
                break
            except RuntimeError as e:
                # Injected: no memory for a thread.
                if "out of memory" not in str(e):
                    raise
    left.acquire()
    for r in results:
        if isinstance(r, BaseException):
            raise r
    return results


def check(ok, what):
    if not ok:
        raise AssertionError(f"{KIND}, seed {SEED}, round {ROUND}: {what}")


# Statements of random programs: each keeps count of what it changed.
STATEMENTS = """
L.append(i); n["L"] += 1
---
L.insert(0, i); n["L"] += 1
---
L.extend((i, "x", 2.5)); n["L"] += 3
---
try:
    L.pop(); n["L"] -= 1
except IndexError:
    pass
---
try:
    del L[0]; n["L"] -= 1
except IndexError:
    pass
---
L.reverse()
---
x = sorted(map(str, L[:20]))
---
x = [y for y in L][:5]
---
x = len(list(L)) + len(tuple(L[2:9]))
---
if (t, i) not in D:
    D[t, i] = str(i); n["D"] += 1
---
if D.pop((t, i), None) is not None:
    n["D"] -= 1
---
if D.pop((t, i - 3), None) is not None:
    n["D"] -= 1
---
try:
    for k, v in list(D.items())[:8]:
        assert k == "common" or str(k[1]) == v
except RuntimeError:
    pass
---
x = {k: v for k, v in D.copy().items() if k[0] == t}
assert all(str(k[1]) == v for k, v in x.items())
---
D.setdefault("common", 7)
assert D["common"] == 7
---
try:
    for k in D:
        if k == "common":
            break
except RuntimeError:
    pass
---
if (t, i) not in S:
    S.add((t, i)); n["S"] += 1
---
if (t, i - 2) in S:
    S.remove((t, i - 2)); n["S"] -= 1
---
x = S | {1}
---
Q.append(i); n["Q"] += 1
---
Q.appendleft(i); n["Q"] += 1
---
try:
    Q.popleft(); n["Q"] -= 1
except IndexError:
    pass
---
try:
    Q.pop(); n["Q"] -= 1
except IndexError:
    pass
---
Q.rotate(3)
---
B.append(i & 255); n["B"] += 1
---
with lock:
    O.n += 1
n["O"] += 1
---
with rlock:
    with rlock:
        O.n2 += 1
n["O2"] += 1
---
setattr(O, "a%d" % (i % 30), i)
assert isinstance(getattr(O, "a%d" % (i % 30), 0), int)
---
C.x = i
assert C().m() == 5 and isinstance(C.x, int)
---
C.m = lambda self: 5
assert C().m() == 5
---
try:
    raise KeyError(i)
except KeyError as e:
    assert e.args == (i,) and sys.exception() is e
---
def g(k):
    for j in range(k):
        yield j
assert sum(g(6)) == 15
---
f = (lambda a, b=3: a + b + t)
assert f(1) == 4 + t and f("x" and 2, 0) == 2 + t
---
x = f"{i:04d}|{t!r}" + "é" * (i % 5)
assert x.startswith("%04d" % i) and sys.intern(x) == x
---
x = (1 << (60 + i % 20)) + i
assert x - i == 1 << (60 + i % 20) and float(i) / 2 * 2 == i
---
r = weakref.ref(O)
assert r() is O
---
x = [[]]
x[0].append(x)
del x
---
G["g"] = i
assert isinstance(read_g(), int)
---
x = {j: [j] * 3 for j in range(i % 12)}
assert all(len(v) == 3 for v in x.values())
""".strip().split("\n---\n")


def random_program():
    """One thread's function, of randomly chosen statements."""
    chosen = rng.choices(STATEMENTS, k=rng.randint(4, 14))
    lines = ["def run(t):", "    n = dict.fromkeys(('L', 'D', 'S', 'Q', 'B', 'O', 'O2'), 0)"]
    lines += [f"    for i in range({rng.randint(20, 200)}):", "        beat()"]
    for s in chosen:
        lines += ["        " + line for line in s.split("\n")]
    lines.append("    return n")
    return "\n".join(lines)


# Made once: a class and its shapes live as long as the interpreter, so fresh ones in each round would be growth.
class C:
    x = 0
    def m(self):
        return 5


class Obj:
    n = n2 = 0


def random_round():
    shared = dict(L=[], D={}, S=set(), Q=deque(), B=bytearray(), O=Obj(), C=C, lock=_thread.allocate_lock(),
                  rlock=_thread.RLock(), beat=_stress.beat, sys=sys, weakref=weakref, G={"g": 0})
    exec("def read_g(): return g", shared["G"])
    shared["read_g"] = shared["G"]["read_g"]
    bodies = []
    programs = [random_program() for _ in range(THREADS)]
    for p in programs:
        ns = dict(shared)
        exec(p, ns)
        bodies.append(ns["run"])
    try:
        results = run_threads(bodies)
    except BaseException:
        print("\n\n".join(programs), file=sys.stderr)
        raise
    total = {k: sum(r[k] for r in results) for k in results[0]}
    s = shared
    found = dict(L=len(s["L"]), D=len(s["D"]) - ("common" in s["D"]), S=len(s["S"]), Q=len(s["Q"]), B=len(s["B"]),
                 O=s["O"].n, O2=s["O"].n2)
    check(total == found, f"expected {total}, found {found}")
    check(len(list(s["D"])) == len(s["D"]) and len(list(s["S"])) == len(s["S"]), "entries are counted wrongly")


def births_round():
    log = []
    local = _thread._local()

    def leaf(i):
        local.x = i
        log.append(i)
        check(local.x == i, "another thread's local")
        return i

    def parent(i):
        return sum(run_threads([leaf] * 3))

    sums = run_threads([parent if i % 3 == 0 else leaf for i in range(24)])
    check(len(log) == 8 * 3 + 16, f"{len(log)} threads left a trace")
    check(sums[1] == 1 and sums[3] == 3, "a wrong result")


class Node:
    def __init__(self, i, log):
        self.me = self
        self.i = i
        self.log = log
    def __del__(self):
        self.log.append(self.i)


def collector_round():
    finalized = []

    def churn(t):
        refs = []
        for i in range(60):
            _stress.beat()
            node = Node((t, i), finalized)
            node.other = Node((t, i + 1000), finalized)
            node.other.other = node
            refs.append(weakref.ref(node))
            junk = [[j, str(j)] for j in range(40)]
            check(refs[-1]().i == (t, i) and junk[7] == [7, "7"], "a living object is damaged")
            if i % 20 == 0:
                gc.collect()
            for r in refs[-5:]:
                n = r()
                check(n is None or n.other.other is n, "a weak reference to a dead object")
        return len(refs)

    run_threads([churn] * THREADS)
    gc.collect()
    check(len(finalized) == len(set(finalized)), "a finalizer ran twice")


class Base:
    k = 1
    def m(self):
        return 1


class D(Base):
    pass


def invalidation_round():
    ns = {"v": 1}
    exec("def f(o): return v + len('ab') + o.m() + o.k", ns)
    f = ns["f"]
    stop = []

    def reader(t):
        n = 0
        for i in range(300):
            _stress.beat()
            r = f(D())
            check(r in ALLOWED, f"{r} is no sum of the values")
            n += 1
        stop.append(t)
        return n

    def writer(t):
        i = 0
        while len(stop) < THREADS - 1 and i < 3000:
            i += 1
            Base.m = (lambda self: 1) if i % 2 else (lambda self: 10)
            Base.k = 1 if i % 3 else 100
            ns["v"] = 1 if i % 5 else 1000
            if i % 7 == 0:
                D.m = lambda self: 10
            elif i % 7 == 3 and "m" in D.__dict__:
                del D.m
            if i % 11 == 0:
                ns["len"] = lambda x: 10000
            elif i % 11 == 5:
                ns.pop("len", None)
        return i

    ALLOWED = {v + n + m + k for v in (1, 1000) for n in (2, 10000) for m in (1, 10) for k in (1, 100)}
    run_threads([reader] * (THREADS - 1) + [writer])


def locks_round():
    lock, rlock = _thread.allocate_lock(), _thread.RLock()
    box, waiters = [], []

    def put(x):
        with lock:
            box.append(x)
            if waiters:
                waiters.pop().release()

    def get():
        while True:
            with lock:
                if box:
                    return box.pop()
                w = _thread.allocate_lock()
                w.acquire()
                waiters.append(w)
            # Times out at times: then it looks again.
            w.acquire(True, 0.002)

    def producer(t):
        for i in range(100):
            put(i)
            with rlock:
                if lock.acquire(False):
                    lock.release()
        return 0

    def consumer(t):
        return sum(get() for i in range(100))

    r = run_threads([producer, consumer, producer, consumer])
    check(sum(r) == 2 * sum(range(100)), "an item was lost or doubled")


ROUNDS = {"random": random_round, "births": births_round, "collector": collector_round,
          "invalidation": invalidation_round, "locks": locks_round}
ROUND = 0
once = ROUNDS[KIND]
samples = []
while _stress.time_is_left():
    ROUND += 1
    once()
    _stress.tally("round", 1)
    if ROUND % 8 == 0:
        gc.collect()
        gc.collect()
        samples.append((_weft.stats()["heap_live_bytes"], _stress.rss()))
_stress.memory(samples)

# Objects, classes, functions, generators, locks, references. See docs/memory-model.md.

# test: py.attribute-add
# what: two threads add an attribute each, and both are there
# guarantee: atomic-attribute
# acceptable 1, 2: both
class make:
    pass
def actor1(s):
    s.a = 1
def actor2(s):
    s.b = 2
def judge(s, a, b):
    return getattr(s, "a", None), getattr(s, "b", None)
# --- twin
def actor1(s):
    s.__dict__.clear()
    s.a = 1

# test: py.attribute-add-many
# what: attributes beyond those that an instance has room for are all there
# guarantee: atomic-attribute
# acceptable 24: all
class make:
    pass
def actor1(s):
    for i in range(12):
        setattr(s, "a%d" % i, i)
def actor2(s):
    for i in range(12):
        setattr(s, "b%d" % i, i)
def judge(s, a, b):
    return len(vars(s)) if all(getattr(s, c + str(i)) == i for c in "ab" for i in range(12)) else "lost",
# --- twin
def actor1(s):
    for i in range(11):
        setattr(s, "a%d" % i, i)
    if not hasattr(s, "b5"):
        s.a11 = 11

# test: py.attribute-delete
# what: a read during a deletion finds the value or raises AttributeError
# guarantee: atomic-attribute
# acceptable 1: before
# acceptable AttributeError: after
class make:
    def __init__(self):
        self.a = 1
def actor1(s):
    del s.a
def actor2(s):
    return s.a
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    s.a = None
    del s.a

# test: py.attribute-delete-twice
# what: of two deletions of one attribute, one succeeds
# guarantee: atomic-attribute
# acceptable None, AttributeError: the first
# acceptable AttributeError, None: the second
class make:
    def __init__(self):
        self.a = 1
def actor1(s):
    del s.a
def actor2(s):
    del s.a
# --- twin
def actor1(s):
    if not hasattr(s, "a"):
        raise AttributeError
    s.__dict__.pop("a", None)

# test: py.attribute-increment
# what: reading, adding and storing are three steps
# guarantee: compound
# acceptable 2: one after the other
# interesting 1: an increment was lost: += is not atomic, use a lock
class make:
    def __init__(self):
        self.n = 0
def actor1(s):
    s.n += 1
def actor2(s):
    s.n += 1
def judge(s, a, b):
    return s.n,
# --- twin
def actor1(s):
    s.n += 2

# test: py.class-method-replaced
# what: a call during the replacement of a method runs the old one or the new one
# guarantee: classes
# acceptable 1: the old one
# acceptable 2: the new one
def make():
    class C:
        def m(self):
            return 1
    return C()
def actor1(s):
    type(s).m = lambda self: 2
def actor2(s):
    s.m()
    return s.m()
def judge(s, a, b):
    return b if s.m() == 2 else "stale",
# --- twin
def actor1(s):
    del type(s).m
    type(s).m = lambda self: 2

# test: py.class-attribute-order
# what: class attributes are seen in the order in which they were stored
# guarantee: order
# acceptable 0, 0: before
# acceptable 0, 1: between
# acceptable 1, 1: after
# forbidden 1, 0: the second came first
def make():
    class C:
        data = flag = 0
    return C
def actor1(s):
    s.data = 1
    s.flag = 1
def actor2(s):
    f = s.flag
    return f, s.data
def judge(s, a, b):
    return b
# --- twin
def actor1(s):
    s.flag = 1
    s.data = 1

# test: py.class-of-an-instance
# what: during an assignment of __class__ an instance has the old class or the new one
# guarantee: classes
# acceptable 1: the old one
# acceptable 2: the new one
class A:
    def m(self):
        return 1
class B:
    def m(self):
        return 2
def make():
    return A()
def actor1(s):
    s.__class__ = B
def actor2(s):
    return s.m()
def judge(s, a, b):
    return b if type(s) is B else "lost",
# --- twin
class B:
    def m(self):
        return 3

# test: py.function-code-replaced
# what: a call during the replacement of __code__ runs the old code or the new code
# guarantee: functions
# acceptable 1: the old code
# acceptable 2: the new code
def new():
    return 2
def make():
    def f():
        return 1
    return f
def actor1(s):
    s.__code__ = new.__code__
def actor2(s):
    s()
    return s()
def judge(s, a, b):
    return b if s() == 2 else "stale",
# --- twin
def new():
    return 3

# test: py.function-defaults-replaced
# what: a call during the replacement of __defaults__ uses the old ones or the new ones, not one of each
# guarantee: functions
# acceptable 2: the old ones
# acceptable 20: the new ones
def make():
    def f(a=1, b=1):
        return a + b
    return f
def actor1(s):
    s.__defaults__ = (10, 10)
def actor2(s):
    return s()
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    s.__defaults__ = (10, 1)

# test: py.global-rebound
# what: a global that another thread rebinds is the old or the new value; one that it deletes is there or not
# guarantee: globals
# acceptable 1: the old value
# acceptable 2: the new value
# acceptable NameError: deleted
def make():
    ns = {"x": 1}
    exec("def get(): return x", ns)
    ns["get"]()
    ns["get"]()
    return ns
def actor1(s):
    s["x"] = 2
    del s["x"]
def actor2(s):
    return s["get"]()
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    s["x"] = 3

# test: py.builtin-shadowed
# what: a global that begins to hide a builtin is seen or not, whatever was specialized
# guarantee: globals
# acceptable 3: the builtin
# acceptable 9: the global
def make():
    ns = {}
    exec("def f(): return len('abc')", ns)
    ns["f"]()
    ns["f"]()
    return ns
def actor1(s):
    s["len"] = lambda x: 9
def actor2(s):
    s["f"]()
    return s["f"]()
def judge(s, a, b):
    return b if s["f"]() == 9 else "stale",
# --- twin
def actor1(s):
    s["len"] = None
    s["len"] = lambda x: 9

# test: py.generator-two-nexts
# what: a generator is run by one thread at a time
# guarantee: generators
# acceptable 0, 1: one after the other
# acceptable 1, 0: one after the other
# interesting 0, ValueError: the second came while the first ran it
# interesting ValueError, 0: the first came while the second ran it
def make():
    def g():
        n = 0
        while True:
            yield n
            n += 1
    return g()
def actor1(s):
    return next(s)
def actor2(s):
    return next(s)
# --- twin
def make():
    class G:
        n = 0
        def __next__(self):
            n = self.n
            self.n = n + 1
            return n
    return G()

# test: py.generator-close-against-next
# what: a generator that is closed while it is asked for a value yields it or has ended
# guarantee: generators
# acceptable None, 0: the value came first
# acceptable None, StopIteration: closed first
# interesting ValueError, 0: close came while it ran
# interesting None, ValueError: next came while it was being closed
def make():
    def g():
        try:
            for n in range(3):
                yield n
        finally:
            pass
    it = g()
    return it
def actor1(s):
    s.close()
def actor2(s):
    return next(s)
# --- twin
def actor1(s):
    next(s)

# test: py.list-iterator-shared
# what: an iterator over a list that two threads use yields no item that is not there, and crashes nothing
# guarantee: iteration
# acceptable 1, 2: an item each
# acceptable 2, 1: an item each
# interesting 1, 1: both got the same item: an iterator is not to be shared without a lock
def make():
    return iter([1, 2])
def actor1(s):
    return next(s)
def actor2(s):
    return next(s)
# --- twin
def make():
    return iter([1, 3])

# test: py.intern
# what: equal strings interned by two threads become one object
# guarantee: interning
# acceptable 1: one object
# forbidden 0: two objects
import sys
N = 0
def make():
    global N
    N += 1
    return N
def actor1(s):
    return sys.intern("stress-%d" % s)
def actor2(s):
    return sys.intern("stress-%d" % s)
def judge(s, a, b):
    return int(a is b and a == "stress-%d" % s),
# --- twin
def actor1(s):
    return "stress-%d" % s

# test: py.lock-exclusion
# what: one thread at a time holds a lock
# guarantee: locks
# acceptable 2: both increments
# forbidden 1: one was lost
import _thread
class make:
    def __init__(self):
        self.lock = _thread.allocate_lock()
        self.n = 0
def actor1(s):
    with s.lock:
        s.n += 1
def actor2(s):
    with s.lock:
        s.n += 1
def judge(s, a, b):
    return s.n,
# --- twin
def actor1(s):
    s.n += 1
def actor2(s):
    s.n += 1

# test: py.lock-try
# what: of two that try to take a lock, one gets it
# guarantee: locks
# acceptable True, False: the first
# acceptable False, True: the second
import _thread
def make():
    return _thread.allocate_lock()
def actor1(s):
    return s.acquire(False)
def actor2(s):
    return s.acquire(False)
# --- twin
def actor1(s):
    if s.locked():
        return False
    s.acquire(False)
    return True

# test: py.lock-as-signal
# what: a thread that waits for a lock which another releases wakes up and sees what came before
# guarantee: locks
# acceptable 7: woken, and the value is there
import _thread
class make:
    def __init__(self):
        self.gate = _thread.allocate_lock()
        self.gate.acquire()
        self.value = 0
def actor1(s):
    s.value = 7
    s.gate.release()
def actor2(s):
    s.gate.acquire()
    return s.value
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    s.gate.release()
    s.value = 7

# test: py.locks-in-one-order
# what: threads that take two locks in the same order get through
# guarantee: locks
# acceptable 1, 1: both
import _thread
def make():
    return _thread.allocate_lock(), _thread.allocate_lock()
def actor1(s):
    with s[0]:
        with s[1]:
            return 1
actor2 = actor1
# --- twin
def actor2(s):
    with s[1]:
        with s[0]:
            return 1

# test: py.rlock
# what: a reentrant lock counts its owner's entries and keeps the other out
# guarantee: locks
# acceptable 2: both increments
import _thread
class make:
    def __init__(self):
        self.lock = _thread.RLock()
        self.n = 0
def actor1(s):
    with s.lock:
        with s.lock:
            s.n += 1
def actor2(s):
    with s.lock:
        with s.lock:
            s.n += 1
def judge(s, a, b):
    return s.n,
# --- twin
def actor1(s):
    with s.lock:
        n = s.n
    s.n = n + 1

# test: py.condition
# what: a consumer that waits on a condition built of locks gets every item
# guarantee: locks
# acceptable 3: both items
import _thread
class make:
    def __init__(self):
        self.lock = _thread.allocate_lock()
        self.items = []
        self.waiters = []
    def put(self, x):
        with self.lock:
            self.items.append(x)
            for w in self.waiters:
                w.release()
            self.waiters.clear()
    def get(self):
        with self.lock:
            while not self.items:
                w = _thread.allocate_lock()
                w.acquire()
                self.waiters.append(w)
                self.lock.release()
                w.acquire()
                self.lock.acquire()
            return self.items.pop(0)
def actor1(s):
    s.put(1)
    s.put(2)
def actor2(s):
    return s.get() + s.get()
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    s.put(1)
    s.put(1)

# test: py.thread-local
# what: attributes of a thread-local object are each thread's own
# guarantee: threads
# acceptable 1, 2, 0: each its own, and none for the third
import _thread
def make():
    return _thread._local()
def actor1(s):
    s.x = 1
    return s.x
def actor2(s):
    s.x = 2
    return s.x
def judge(s, a, b):
    return a, b, int(hasattr(s, "x"))
# --- twin
class make:
    pass

# test: py.thread-birth
# what: a started thread sees what its parent stored before, and its parent sees all of it afterwards
# guarantee: threads
# stride: 64
# acceptable 3, 3: both ways
import _thread
class make:
    def __init__(self):
        self.data = 0
def child(s, k, done):
    s[k] = s["data" + k] + 2
    done.release()
def start(k):
    s = {"data" + k: 1}
    done = _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(child, (s, k, done))
    done.acquire()
    return s[k]
def actor1(s):
    return start("a")
def actor2(s):
    return start("b")
# --- twin
def child(s, k, done):
    done.release()
    s[k] = s["data" + k] + 2

# test: py.weakref-against-collection
# what: a weak reference yields its object whole, or None
# guarantee: references
# stride: 64
# acceptable 7: alive, and whole
# acceptable None: gone
import gc, weakref
class Node:
    def __init__(self):
        self.x = 7
class make:
    def __init__(self):
        self.node = Node()
        self.ref = weakref.ref(self.node)
N = 0
def actor1(s):
    global N
    s.node = None
    N += 1
    if N % 16 == 0:
        gc.collect()
def actor2(s):
    n = s.ref()
    return None if n is None else n.x
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    s.node.x = 8

# test: py.weakref-one-per-object
# what: two threads that ask for a weak reference to one object get equal ones
# guarantee: references
# acceptable 1: equal, and to that object
import weakref
class Node:
    pass
def make():
    return Node()
def actor1(s):
    return weakref.ref(s)
def actor2(s):
    return weakref.ref(s)
def judge(s, a, b):
    return int(a == b and a() is s and b() is s),
# --- twin
def actor1(s):
    return weakref.ref(Node())

# test: py.weak-dictionary-callback
# what: the callback of a weak reference runs once, after the object is gone
# guarantee: references
# stride: 64
# acceptable 1: not more than once
import gc, weakref
class Node:
    pass
class make:
    def __init__(self):
        self.calls = []
        self.node = Node()
        self.ref = weakref.ref(self.node, lambda r: self.calls.append(r() is None))
N = 0
def actor1(s):
    global N
    s.node = None
    N += 1
    if N % 16 == 0:
        gc.collect()
def actor2(s):
    s.ref()
def judge(s, a, b):
    return int(s.calls in ([], [True])),
# --- twin
class make:
    def __init__(self):
        self.calls = [False]
        self.node = Node()
        self.ref = weakref.ref(self.node)

# test: py.finalizer-once
# what: a finalizer runs at most once, also of an object that it brings back
# guarantee: references
# stride: 64
# acceptable 1: not more than once
import gc
class Node:
    def __init__(self, log):
        self.log = log
    def __del__(self):
        self.log.append(self)
class make:
    def __init__(self):
        self.log = []
        self.node = Node(self.log)
N = 0
def actor1(s):
    global N
    s.node = None
    N += 1
    if N % 16 == 0:
        gc.collect()
def actor2(s):
    s.log[:] = s.log[:1]
    return len(s.log)
def judge(s, a, b):
    return int(b <= 1 and len(s.log) <= 1),
# --- twin
def actor1(s):
    s.node.__del__()
    s.node.__del__()

# test: py.exceptions-stay-with-their-thread
# what: each thread handles its own exception
# guarantee: threads
# acceptable 1, 2: its own
import sys
def make():
    return None
def own(n):
    try:
        raise ValueError(n)
    except ValueError as e:
        for i in range(3):
            seen = sys.exception()
        return e.args[0] if seen is e else "another's"
def actor1(s):
    return own(1)
def actor2(s):
    return own(2)
# --- twin
def actor2(s):
    return own(1)

# test: py.shared-counter-object
# what: itertools.count hands out each number once
# guarantee: iteration
# acceptable 0, 1: one each
# acceptable 1, 0: one each
from itertools import count
def make():
    return count()
def actor1(s):
    return next(s)
def actor2(s):
    return next(s)
# --- twin
def make():
    class Count:
        n = 0
        def __next__(self):
            n = self.n
            self.n = n + 1
            return n
    return Count()

# test: py.specialized-operand-types
# what: code that one thread specialized for its operands is right for another's
# guarantee: functions
# acceptable 3, ab: each its own
def make():
    def f(a, b):
        return a + b
    return f
def actor1(s):
    s(1, 2)
    s(1.5, 2)
    return s(1, 2)
def actor2(s):
    s([1], [2])
    s("x", "y")
    return s("a", "b")
# --- twin
def make():
    def f(a, b):
        return a
    return f

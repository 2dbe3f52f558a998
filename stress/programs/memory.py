# Litmus tests of what Python code may rely on. See docs/memory-model.md. Twins wait between their two steps, so that the other actor falls between.

# test: py.mp-attribute
# what: a flag attribute read as set shows the attribute stored before it
# guarantee: order
# acceptable 0, 0: the reader came first
# acceptable 0, 1: the reader came between the two stores
# acceptable 1, 1: the writer came first
# forbidden 1, 0: the flag overtook the data
class make:
    def __init__(self):
        self.data = 0
        self.flag = 0
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

# test: py.mp-dict
# what: a flag key read as set shows the key stored before it
# guarantee: order
# acceptable 0, 0: the reader came first
# acceptable 0, 1: the reader came between the two stores
# acceptable 1, 1: the writer came first
# forbidden 1, 0: the flag overtook the data
def make():
    return {"data": 0, "flag": 0}
def actor1(s):
    s["data"] = 1
    s["flag"] = 1
def actor2(s):
    f = s["flag"]
    return f, s["data"]
def judge(s, a, b):
    return b
# --- twin
def actor1(s):
    s["flag"] = 1
    s["data"] = 1

# test: py.mp-list
# what: a flag item read as set shows the item stored before it
# guarantee: order
# acceptable 0, 0: the reader came first
# acceptable 0, 1: the reader came between the two stores
# acceptable 1, 1: the writer came first
# forbidden 1, 0: the flag overtook the data
def make():
    return [0, 0]
def actor1(s):
    s[0] = 1
    s[1] = 1
def actor2(s):
    f = s[1]
    return f, s[0]
def judge(s, a, b):
    return b
# --- twin
def actor1(s):
    s[1] = 1
    s[0] = 1

# test: py.mp-closure
# what: a closure variable read as set shows the variable stored before it
# guarantee: order
# acceptable 0, 0: the reader came first
# acceptable 0, 1: the reader came between the two stores
# acceptable 1, 1: the writer came first
# forbidden 1, 0: the flag overtook the data
def make():
    data = flag = 0
    def write():
        nonlocal data, flag
        data = 1
        flag = 1
    def read():
        f = flag
        return f, data
    return write, read
def actor1(s):
    s[0]()
def actor2(s):
    return s[1]()
def judge(s, a, b):
    return b
# --- twin
def make():
    data = flag = 0
    def write():
        nonlocal data, flag
        flag = 1
        data = 1
    def read():
        f = flag
        return f, data
    return write, read

# test: py.mp-new-attributes
# what: an attribute that did not exist before, once there, shows the attribute added before it
# guarantee: order
# acceptable 0, 0: the reader came first
# acceptable 0, 1: the reader came between the two stores
# acceptable 1, 1: the writer came first
# forbidden 1, 0: the second attribute came first
class make:
    pass
def actor1(s):
    s.data = 1
    s.flag = 1
def actor2(s):
    f = hasattr(s, "flag")
    return int(f), int(hasattr(s, "data"))
def judge(s, a, b):
    return b
# --- twin
def actor1(s):
    s.flag = 1
    for i in range(400):
        pass
    s.data = 1
def actor2(s):
    while not hasattr(s, "flag"):
        pass
    return 1, int(hasattr(s, "data"))

# test: py.store-buffering
# what: two threads that store and then look at the other's variable may miss each other
# guarantee: no-total-order
# acceptable 0, 1: the first thread was ahead
# acceptable 1, 0: the second thread was ahead
# acceptable 1, 1: both stored before either looked
# interesting 0, 0: a store may still be on its way while a later load runs: use a lock
class make:
    def __init__(self):
        self.x = 0
        self.y = 0
def actor1(s):
    s.x = 1
    return s.y
def actor2(s):
    s.y = 1
    return s.x
# --- twin
def actor1(s):
    s.x = 2
    return s.y

# test: py.store-buffering-lock
# what: with a lock around each store and each look, one at least sees the other
# guarantee: locks
# acceptable 0, 1: the first thread was ahead
# acceptable 1, 0: the second thread was ahead
# acceptable 1, 1: both stored before either looked
# forbidden 0, 0: the lock ordered nothing
import _thread
class make:
    def __init__(self):
        self.x = 0
        self.y = 0
        self.lock = _thread.allocate_lock()
def actor1(s):
    with s.lock:
        s.x = 1
    with s.lock:
        return s.y
def actor2(s):
    with s.lock:
        s.y = 1
    with s.lock:
        return s.x
# --- twin
def actor1(s):
    y = s.y
    s.x = 1
    return y
def actor2(s):
    x = s.x
    s.y = 1
    return x

# test: py.load-buffering
# what: no thread sees a store that another makes only afterwards
# guarantee: no-thin-air
# acceptable 0, 0: both looked before either stored
# acceptable 0, 1: the second thread saw the first
# acceptable 1, 0: the first thread saw the second
# forbidden 1, 1: values out of thin air
class make:
    def __init__(self):
        self.x = 0
        self.y = 0
def actor1(s):
    seen = s.x
    s.y = 1
    return seen
def actor2(s):
    seen = s.y
    s.x = 1
    return seen
# --- twin
def actor1(s):
    s.y = 1
    return s.x
def actor2(s):
    s.x = 1
    return s.y

# test: py.coherence
# what: two reads of one variable never go back in time
# guarantee: coherence
# acceptable 0, 0: the reader came first
# acceptable 0, 1: the store came between
# acceptable 1, 1: the store came first
# forbidden 1, 0: time ran backwards
class make:
    def __init__(self):
        self.x = 0
def actor1(s):
    s.x = 1
def actor2(s):
    a = s.x
    return a, s.x
def judge(s, a, b):
    return b
# --- twin
def actor1(s):
    s.x = 1
    for i in range(40):
        pass
    s.x = 0
def actor2(s):
    a = s.x
    for i in range(40):
        pass
    return a, s.x

# test: py.causality
# what: who sees a flag that a second thread set after seeing the data sees the data
# guarantee: order
# acceptable 0, *: the third thread came before the second
# acceptable 1, 1: it sees both
# forbidden 1, 0: the effect without its cause
class make:
    def __init__(self):
        self.data = 0
        self.flag = 0
def actor1(s):
    s.data = 1
def actor2(s):
    if s.data:
        s.flag = 1
def actor3(s):
    f = s.flag
    return f, s.data
def judge(s, a, b, c):
    return c
# --- twin
def actor2(s):
    s.flag = 1

# test: py.independent-reads
# what: two readers agree on the order of two independent stores
# guarantee: one-order-of-stores
# acceptable *, *, *, 1: each saw both or neither, or they agree
# forbidden *, *, *, 0: the readers saw the stores in opposite orders
class make:
    def __init__(self):
        self.x = 0
        self.y = 0
def actor1(s):
    s.x = 1
def actor2(s):
    s.y = 1
def actor3(s):
    a = s.x
    return a * 2 + s.y
def actor4(s):
    a = s.y
    return a * 2 + s.x
def judge(s, a, b, c, d):
    return 0, c, d, int(not (c == 2 and d == 2))
# --- twin
def actor4(s):
    a = s.x
    return a * 2 + s.y

# test: py.publish-instance
# what: an instance reached through a shared variable has all that its constructor stored
# guarantee: publication
# acceptable 0: not there yet
# acceptable 3: there, and complete
# forbidden -1: there, and incomplete
class Node:
    def __init__(self):
        self.a = 1
        self.b = 2
class make:
    node = None
def actor1(s):
    s.node = Node()
def actor2(s):
    n = s.node
    if n is None:
        return 0
    try:
        return n.a + n.b
    except AttributeError:
        return -1
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    n = s.node = Node.__new__(Node)
    for i in range(40):
        pass
    n.a = 1
    n.b = 2

# test: py.publish-slots
# what: an instance with __slots__ reached through a list has all that its constructor stored
# guarantee: publication
# acceptable 0: not there yet
# acceptable 3: there, and complete
# forbidden -1: there, and incomplete
class Node:
    __slots__ = "a", "b"
    def __init__(self):
        self.a = 1
        self.b = 2
def make():
    return [None]
def actor1(s):
    s[0] = Node()
def actor2(s):
    n = s[0]
    if n is None:
        return 0
    try:
        return n.a + n.b
    except AttributeError:
        return -1
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    n = s[0] = Node.__new__(Node)
    for i in range(40):
        pass
    n.a = 1
    n.b = 2

# test: py.publish-containers
# what: fresh lists, dicts, sets, strings and numbers reached through a shared variable are complete
# guarantee: publication
# acceptable 0: not there yet
# acceptable 1: there, and complete
# forbidden -1: there, and incomplete
class make:
    it = None
def actor1(s):
    n = 1 << 70
    s.it = [n + 1, {"k": [n]}, {n, 2}, f"{n}!", (n, 1.5e300)]
def actor2(s):
    it = s.it
    if it is None:
        return 0
    n = 1 << 70
    return 1 if it == [n + 1, {"k": [n]}, {n, 2}, f"{n}!", (n, 1.5e300)] else -1
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    n = 1 << 70
    s.it = it = []
    for i in range(40):
        pass
    it.extend([n + 1, {"k": [n]}, {n, 2}, f"{n}!", (n, 1.5e300)])

# test: py.publish-function
# what: a fresh function or class reached through a shared variable can be called
# guarantee: publication
# acceptable 0: not there yet
# acceptable 7: it works
class make:
    f = None
def actor1(s):
    k = 3
    class C:
        def m(self, x=4):
            return k + x
    s.f = C
def actor2(s):
    f = s.f
    return 0 if f is None else f().m()
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    class C:
        pass
    s.f = C
    for i in range(400):
        pass
    C.m = lambda self: 7
def actor2(s):
    while s.f is None:
        pass
    return s.f().m()

# test: py.torn-values
# what: a variable holds one of the values stored, never a mixture
# guarantee: no-tearing
# acceptable 0: one of the values
# forbidden 1: a mixture
class make:
    x = 0
A, B = 123456789.25, "text"
def actor1(s):
    s.x = A
    s.x = 1 << 80
def actor2(s):
    s.x = B
    s.x = -5
def actor3(s):
    return s.x
VALUES = (0, A, B, 1 << 80, -5)
def judge(s, a, b, c):
    return int(c not in VALUES or s.x not in (1 << 80, -5)),
# --- twin
def actor1(s):
    s.x = 77

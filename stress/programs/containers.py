# Shared containers: which operations are atomic. See docs/memory-model.md.

# test: py.list-append
# what: two appends are both there
# guarantee: atomic-list
# acceptable 2, 1: both, in some order
def make():
    return []
def actor1(s):
    s.append(1)
def actor2(s):
    s.append(2)
def judge(s, a, b):
    return len(s), int(sorted(s) == [1, 2])
# --- twin
def actor1(s):
    n = len(s)
    s[n:] = [1]
def actor2(s):
    n = len(s)
    s[n:n + 1] = [2]

# test: py.list-append-grow
# what: appends during growth lose nothing, and a reader sees a prefix
# guarantee: atomic-list
# acceptable 20, 1: all items, and a prefix of each thread's
def make():
    return []
def actor1(s):
    for i in range(10):
        s.append(i)
def actor2(s):
    for i in range(10, 20):
        s.append(i)
def actor3(s):
    seen = list(s)
    return [x for x in seen if x < 10], [x for x in seen if x >= 10]
def judge(s, a, b, c):
    lo, hi = c
    return len(s), int(lo == list(range(len(lo))) and hi == list(range(10, 10 + len(hi))))
# --- twin
def actor2(s):
    for i in range(10, 20):
        s[:] = s + [i]

# test: py.list-pop
# what: two pops of a list of two yield both items
# guarantee: atomic-list
# acceptable 1, 2: one each
# acceptable 2, 1: one each
def make():
    return [1, 2]
def actor1(s):
    return s.pop()
def actor2(s):
    return s.pop()
# --- twin
def actor1(s):
    x = s[-1]
    del s[-1:]
    return x

# test: py.list-pop-last-one
# what: of two pops of a list of one, one raises IndexError
# guarantee: atomic-list
# acceptable 1, IndexError: the first got it
# acceptable IndexError, 1: the second got it
def make():
    return [1]
def actor1(s):
    return s.pop()
def actor2(s):
    return s.pop()
# --- twin
def actor1(s):
    if s:
        x = s[0]
        s.clear()
        return x
    raise IndexError

# test: py.list-remove
# what: of two removals of the same item, one finds it
# guarantee: atomic-list
# acceptable None, ValueError: the first removed it
# acceptable ValueError, None: the second removed it
def make():
    return [0, 1, 2, 3]
def actor1(s):
    s.remove(2)
def actor2(s):
    s.remove(2)
# --- twin
def actor1(s):
    if 2 in s:
        s[:] = [0, 1, 3]
        return None
    raise ValueError

# test: py.list-insert
# what: insertions at the front and appends are all there
# guarantee: atomic-list
# acceptable 6: all
def make():
    return [0, 0]
def actor1(s):
    s.insert(0, 1)
    s.insert(0, 1)
def actor2(s):
    s.append(2)
    s.append(2)
def judge(s, a, b):
    return len(s),
# --- twin
def actor1(s):
    s[:] = [1, 1] + s

# test: py.list-extend
# what: an extension and an append lose nothing, and the extension's items stay together
# guarantee: atomic-list
# acceptable 4, 1: all are there, together
def make():
    return []
def actor1(s):
    s.extend([1, 2, 3])
def actor2(s):
    s.append(9)
def judge(s, a, b):
    t = [x for x in s if x != 9]
    return len(s), int(t == [1, 2, 3] and s.index(3) - s.index(1) == 2)
# --- twin
def actor1(s):
    for x in (1, 2, 3):
        s.append(x)

# test: py.list-setitem
# what: an item is one of the values stored
# guarantee: atomic-list
# acceptable 1: a value that was stored
def make():
    return [None] * 4
def actor1(s):
    s[2] = (1, 2)
def actor2(s):
    s[2] = "x"
def actor3(s):
    return s[2]
def judge(s, a, b, c):
    return int(c in (None, (1, 2), "x") and s[2] in ((1, 2), "x")),
# --- twin
def actor1(s):
    s[2] = 0

# test: py.list-slice-against-len
# what: a slice assignment is seen as a whole by len
# guarantee: atomic-list
# acceptable 2: before
# acceptable 5: after
def make():
    return [1, 2]
def actor1(s):
    s[1:] = [2, 3, 4, 5]
def actor2(s):
    return len(s)
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    del s[1:]
    s.extend([2, 3, 4, 5])

# test: py.list-sort-against-append
# what: an append during a sort is refused to the sorter or comes before or after; nothing crashes, sorted items stay
# guarantee: atomic-list
# acceptable None, None, 1: one after the other
# interesting ValueError, None, 1: the sorter noticed the append, as in CPython
def make():
    return [3, 1, 2]
def actor1(s):
    s.sort()
def actor2(s):
    s.append(0)
def judge(s, a, b):
    return a, b, int({1, 2, 3} <= set(s))
# --- twin
def actor1(s):
    t = sorted(s)
    s.clear()
    s.extend(t[:2])

# test: py.list-iterate-against-append
# what: an iteration sees the old items in order, and perhaps new ones
# guarantee: iteration
# acceptable 0: the old ones
# acceptable 1: one new
# acceptable 2: both new
# forbidden -1: out of order
def make():
    return [0, 1, 2]
def actor1(s):
    s.append(3)
    s.append(4)
def actor2(s):
    t = [x for x in s]
    return len(t) - 3 if t == [0, 1, 2, 3, 4][:len(t)] else -1
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    s.insert(1, 7)

# test: py.list-clear-against-read
# what: a read during clear finds the item or raises IndexError
# guarantee: atomic-list
# acceptable 5: before
# acceptable IndexError: after
def make():
    return [5, 6]
def actor1(s):
    s.clear()
def actor2(s):
    return s[0]
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    s[0] = None
    s.clear()

# test: py.dict-two-keys
# what: two insertions are both there
# guarantee: atomic-dict
# acceptable 2, 1, 2: both
def make():
    return {}
def actor1(s):
    s["a"] = 1
def actor2(s):
    s["b"] = 2
def judge(s, a, b):
    return len(s), s.get("a"), s.get("b")
# --- twin
def actor1(s):
    t = dict(s, a=1)
    s.clear()
    s.update(t)

# test: py.dict-same-key
# what: two insertions of one key make one entry, with one of the values
# guarantee: atomic-dict
# acceptable 1, 1, 1: the first one's value
# acceptable 1, 1, 2: the second one's value
def make():
    return {}
def actor1(s):
    s["k"] = 1
def actor2(s):
    s["k"] = 2
def judge(s, a, b):
    return len(s), len(list(s)), s["k"]
# --- twin
def actor1(s):
    s["k"] = 3

# test: py.dict-setdefault
# what: two setdefaults of one key return the same object
# guarantee: atomic-dict
# acceptable 1: the same
# forbidden 0: two objects
def make():
    return {}
def actor1(s):
    return s.setdefault("k", [1])
def actor2(s):
    return s.setdefault("k", [2])
def judge(s, a, b):
    return int(a is b and s["k"] is a),
# --- twin
def actor1(s):
    if "k" not in s:
        s["k"] = [1]
    return s["k"]
def actor2(s):
    v = s.get("k")
    if v is None:
        v = s["k"] = [2]
    return v

# test: py.dict-pop
# what: of two pops of one key, one gets it
# guarantee: atomic-dict
# acceptable 1, KeyError: the first
# acceptable KeyError, 1: the second
def make():
    return {"k": 1}
def actor1(s):
    return s.pop("k")
def actor2(s):
    return s.pop("k")
# --- twin
def actor1(s):
    v = s["k"]
    s.pop("k", None)
    return v

# test: py.dict-popitem
# what: two popitems of a dict of two get an item each
# guarantee: atomic-dict
# acceptable 2, 0: one each
def make():
    return {"a": 1, "b": 2}
def actor1(s):
    return s.popitem()
def actor2(s):
    return s.popitem()
def judge(s, a, b):
    return len({a, b}), len(s)
# --- twin
def actor1(s):
    k = next(reversed(s))
    return k, s.pop(k, 2)

# test: py.dict-growth-against-read
# what: a key that is there is found while the dict grows
# guarantee: atomic-dict
# acceptable 7: found
def make():
    return {"k": 7}
KEYS = ["x%d" % i for i in range(16)]
def actor1(s):
    for k in KEYS:
        s[k] = 0
def actor2(s):
    for i in range(8):
        v = s["k"]
    return v
def judge(s, a, b):
    return b if len(s) == 17 else "lost",
# --- twin
def actor1(s):
    v = s.pop("k")
    for k in KEYS:
        s[k] = 0
    s["k"] = v

# test: py.dict-delete-against-insert
# what: deletions and insertions of other keys do not disturb each other
# guarantee: atomic-dict
# acceptable 8, 1: exactly the inserted ones are left
KEYS = ["x%d" % i for i in range(8)]
OLD = ["o%d" % i for i in range(8)]
def make():
    return dict.fromkeys(OLD)
def actor1(s):
    for k in OLD:
        del s[k]
def actor2(s):
    for k in KEYS:
        s[k] = k
def judge(s, a, b):
    return len(s), int(list(s) == KEYS)
# --- twin
def actor1(s):
    s.clear()

# test: py.dict-iterate-against-insert
# what: an iteration sees the old keys in order, or is told that the dict changed
# guarantee: iteration
# acceptable ab: before or without
# acceptable abc: with the new key
# interesting RuntimeError: the iterator noticed the insertion
def make():
    return {"a": 1, "b": 2}
def actor1(s):
    s["c"] = 3
def actor2(s):
    out = ""
    for k in s:
        out += k
    return out
def judge(s, a, b):
    return b,
# --- twin
def actor1(s):
    del s["a"]
    s["a"] = 1

# test: py.dict-copy-against-insert
# what: a copy is the dict of one moment
# guarantee: atomic-dict
# acceptable 1: a prefix of the insertions
def make():
    return {}
KEYS = ["x%d" % i for i in range(8)]
def actor1(s):
    for k in KEYS:
        s[k] = 1
def actor2(s):
    return s.copy()
def judge(s, a, b):
    return int(list(b) == KEYS[:len(b)] and all(b.values())),
# --- twin
def actor1(s):
    for k in reversed(KEYS):
        s[k] = 1

# test: py.dict-increment
# what: reading, adding and storing are three steps
# guarantee: compound
# acceptable 2: one after the other
# interesting 1: an increment was lost: += is not atomic, use a lock
def make():
    return {"n": 0}
def actor1(s):
    s["n"] += 1
def actor2(s):
    s["n"] += 1
def judge(s, a, b):
    return s["n"],
# --- twin
def actor1(s):
    s["n"] += 2

# test: py.set-add
# what: two threads add one item, and it is there once
# guarantee: atomic-set
# acceptable 2, 2: once each
def make():
    return set()
def actor1(s):
    s.add("a")
    s.add("b")
def actor2(s):
    s.add("b")
    s.add("a")
def judge(s, a, b):
    return len(s), len(list(s))
# --- twin
def actor1(s):
    t = s | {"a", "b", "c"}
    s |= t

# test: py.set-remove
# what: of two removals of one item, one finds it
# guarantee: atomic-set
# acceptable None, KeyError: the first
# acceptable KeyError, None: the second
def make():
    return {1, 2, 3}
def actor1(s):
    s.remove(2)
def actor2(s):
    s.remove(2)
# --- twin
def actor1(s):
    if 2 not in s:
        raise KeyError
    s.discard(2)

# test: py.set-pop
# what: two pops of a set of two get an item each
# guarantee: atomic-set
# acceptable 2, 0: one each
def make():
    return {1, 2}
def actor1(s):
    return s.pop()
def actor2(s):
    return s.pop()
def judge(s, a, b):
    return len({a, b}), len(s)
# --- twin
def actor1(s):
    x = next(iter(s))
    s.discard(x)
    return x

# test: py.set-growth-against-contains
# what: an item that is there is found while the set grows
# guarantee: atomic-set
# acceptable 1: found
def make():
    return {"k"}
KEYS = ["x%d" % i for i in range(16)]
def actor1(s):
    for k in KEYS:
        s.add(k)
def actor2(s):
    ok = True
    for i in range(8):
        ok = ok and "k" in s
    return int(ok)
def judge(s, a, b):
    return b if len(s) == 17 else "lost",
# --- twin
def actor1(s):
    s.discard("k")
    for k in KEYS:
        s.add(k)
    s.add("k")

# test: py.deque-both-ends
# what: appends and pops at both ends of a deque lose and double nothing
# guarantee: atomic-deque
# acceptable 1: every item once
from collections import deque
def make():
    return deque([1, 2])
def actor1(s):
    s.append(3)
    return s.popleft()
def actor2(s):
    s.appendleft(0)
    return s.pop()
def judge(s, a, b):
    return int(sorted([a, b, *s]) == [0, 1, 2, 3]),
# --- twin
def actor1(s):
    x = s[0]
    s.append(3)
    s.popleft()
    return x

# test: py.deque-pop
# what: of two pops of a deque of one, one raises IndexError
# guarantee: atomic-deque
# acceptable 1, IndexError: the first
# acceptable IndexError, 1: the second
from collections import deque
def make():
    return deque([1])
def actor1(s):
    return s.pop()
def actor2(s):
    return s.popleft()
# --- twin
def actor1(s):
    x = s[0]
    s.clear()
    return x

# test: py.deque-rotate-against-append
# what: a rotation during appends loses nothing
# guarantee: atomic-deque
# acceptable 5: all items
from collections import deque
def make():
    return deque([1, 2, 3])
def actor1(s):
    s.rotate(1)
    s.rotate(1)
def actor2(s):
    s.append(4)
    s.appendleft(5)
def judge(s, a, b):
    return len(s),
# --- twin
def actor1(s):
    t = list(s)
    s.clear()
    s.extend(t[-1:] + t[:-1])

# test: py.bytearray-append
# what: two threads append bytes, and none is lost
# guarantee: atomic-bytearray
# acceptable 8: all
def make():
    return bytearray()
def actor1(s):
    for i in range(4):
        s.append(1)
def actor2(s):
    for i in range(4):
        s.append(2)
def judge(s, a, b):
    return len(s),
# --- twin
def actor1(s):
    s[:] = s + b"1111"

# test: py.tuple-of-a-changing-list
# what: tuple(list) is the list of one moment
# guarantee: atomic-list
# acceptable 1: a state that the list had
def make():
    return [0, 0]
def actor1(s):
    s[:] = [1, 1]
def actor2(s):
    return tuple(s)
def judge(s, a, b):
    return int(b in ((0, 0), (1, 1))),
# --- twin
def actor1(s):
    s[0] = 1
    s[1] = 1

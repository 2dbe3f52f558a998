# What sys.monitoring promises to threads that run meanwhile. See docs/memory-model.md.


import sys
M, START, TOOL, HITS = sys.monitoring, sys.monitoring.events.PY_START, 3, [0]
if M.get_tool(TOOL) is None:
    M.use_tool_id(TOOL, "stress")


def watched():
    pass


def callback(code, offset):
    if code is watched.__code__:
        HITS[0] += 1


M.register_callback(TOOL, START, callback)

# test: py.monitoring-on
# what: a thread loses no event once another one's set_events has returned
# guarantee: monitoring
# groups: 1
# acceptable 2: both calls
class make:
    on = done = False
def actor1(s):
    M.set_events(TOOL, START)
    s.on = True
    while not s.done:
        pass
    M.set_events(TOOL, 0)
def actor2(s):
    while not s.on:
        watched()
    before = HITS[0]
    watched()
    watched()
    s.done = True
    return HITS[0] - before
def judge(s, a, b):
    return b
# --- twin
def actor1(s):
    s.on = True
    M.set_events(TOOL, START)
    while not s.done:
        pass
    M.set_events(TOOL, 0)

# test: py.monitoring-off
# what: a thread reports no event that begins after another one turned them off
# guarantee: monitoring
# groups: 1
# acceptable 0: none
class make:
    off = False
def actor1(s):
    M.set_events(TOOL, START)
    M.set_events(TOOL, 0)
    s.off = True
def actor2(s):
    while not s.off:
        watched()
    before = HITS[0]
    watched()
    watched()
    return HITS[0] - before
def judge(s, a, b):
    return b
# --- twin
def actor1(s):
    M.set_events(TOOL, START)
    s.off = True
    M.set_events(TOOL, 0)

# test: py.monitoring-callback-replaced
# what: a thread calls the new callback once another one's register_callback has returned, and every event goes to one of them
# guarantee: monitoring
# groups: 1
# acceptable 2, True: the new one
CALLS = [0]
def watched():
    CALLS[0] += 1
M.set_local_events(TOOL, watched.__code__, START)
class make:
    latest = set = False
    old = new = 0
    def before(self, code, offset):
        self.old += 1
    def after(self, code, offset):
        self.new += 1
    def __init__(self):
        self.ready = False
def actor1(s):
    M.register_callback(TOOL, START, s.before)
    s.ready = True
    M.register_callback(TOOL, START, s.after)
    s.set = True
def actor2(s):
    while not s.ready:
        pass
    before = CALLS[0]
    while not s.set:
        watched()
    n = s.new
    watched()
    watched()
    return s.new - n, s.old + s.new == CALLS[0] - before
def judge(s, a, b):
    return b
# --- twin
def actor1(s):
    M.register_callback(TOOL, START, s.before)
    s.ready = s.set = True
    M.register_callback(TOOL, START, s.after)

# test: py.monitoring-disable
# what: a callback that returns DISABLE is not called again from there, by any thread
# guarantee: monitoring
# groups: 1
# stride: 64
# acceptable 1: called once
# interesting 2: both threads were on their way to it before either had turned it off
HITS = {}
SOURCE = "def watched(): pass"
def callback(code, offset):
    HITS[code].append(1)
    return M.DISABLE
M.register_callback(TOOL, START, callback)
def make():
    space = {}
    exec(SOURCE, space)
    f = space["watched"]
    HITS[f.__code__] = []
    M.set_local_events(TOOL, f.__code__, START)
    return f
def actor1(f):
    f()
    f()
def actor2(f):
    f()
    f()
def judge(f, a, b):
    return len(HITS.pop(f.__code__))
# --- twin
def callback(code, offset):
    HITS[code].append(1)
M.register_callback(TOOL, START, callback)

# test: py.monitoring-local
# what: events of one function that another thread turns on come from its next call on, and from no other function
# guarantee: monitoring
# groups: 1
# acceptable 1, 0: the one that is watched
def other():
    pass
HITS = {watched.__code__: 0, other.__code__: 0}
def callback(code, offset):
    HITS[code] += 1
M.register_callback(TOOL, START, callback)
class make:
    on = done = False
def actor1(s):
    M.set_local_events(TOOL, watched.__code__, START)
    s.on = True
    while not s.done:
        pass
    M.set_local_events(TOOL, watched.__code__, 0)
def actor2(s):
    while not s.on:
        watched()
        other()
    before = HITS[watched.__code__]
    watched()
    other()
    s.done = True
    return HITS[watched.__code__] - before, HITS[other.__code__]
def judge(s, a, b):
    return b
# --- twin
def actor1(s):
    s.on = True
    M.set_local_events(TOOL, watched.__code__, START)
    while not s.done:
        pass
    M.set_local_events(TOOL, watched.__code__, 0)

# Comparison sites, run hot, with one operand type after another.
def lt(a, b): return a < b
def eq(a, b): return a == b
def inn(a, b): return a in b
class K:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return ('lt', self.v)
    def __eq__(self, o): return ('eq', self.v)
def attempt(a, b):
    try: return lt(a, b), eq(a, b), eq(a, a)
    except TypeError as e: return str(e)
pairs = [(1, 2), (1.5, 2), ('a', 'b'), (2 ** 70, 1), ([1], [2]), ((1,), (0,)), (True, 2), (K(1), 2), (1, K(2)), (float('nan'), 1.0)]
for a, b in pairs:
    for _ in range(50): r = attempt(a, b)
    print(r)
for a, b in ((1, [1]), (1, (2,)), ('a', 'abc'), (1, {1: 2}), (1, {2}), (3, range(5)), (None, [None])):
    for _ in range(50): r = inn(a, b)
    print(r)
def branch(x):
    if x: return 'true'
    return 'false'
class B:
    def __bool__(self): return False
for v in (True, False, 0, 1, 2 ** 70, 0.0, -0.5, '', 'x', [], [0], None, B(), {}, {1}, ()):
    for _ in range(30): r = branch(v)
    print(r, end=' ')
print()
def isn(x): return x is None, x is not None
for v in (None, 0, None, 'x'):
    for _ in range(40): r = isn(v)
    print(r)

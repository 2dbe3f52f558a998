# Infinite recursion is a RecursionError, again and again; the limit can be set.
import sys
def f(n): return f(n + 1)
for _ in range(3):
    try: f(0)
    except RecursionError as e: print(str(e)[:32])
depth = 0
def g():
    global depth
    depth += 1
    g()
sys.setrecursionlimit(200)
try: g()
except RecursionError: print(150 < depth <= 200, sys.getrecursionlimit())
sys.setrecursionlimit(5000)
def h(n): return 0 if n == 0 else 1 + h(n - 1)
print(h(4500))
class R:
    def __repr__(self): return repr(self)
    def __eq__(self, o): return self == o
    def __getattr__(self, n): return getattr(self, n)
for act in (lambda: repr(R()), lambda: R() == R(), lambda: R().x):
    try: act()
    except RecursionError: print('RecursionError')

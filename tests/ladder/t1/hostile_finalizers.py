# stderr: ignore
# Finalizers that raise, resurrect and allocate.
import gc
saved = []
class R:
    def __init__(self, n): self.n = n
    def __del__(self): saved.append(self); self.more = [0] * 100
class E:
    def __del__(self): raise ValueError('in __del__')
def run():
    for i in range(200):
        r = R(i); r.me = r
        e = E(); e.me = e
for _ in range(5):
    run(); gc.collect()
print(len(saved) <= 1000, all(hasattr(r, 'more') for r in saved), len({id(r) for r in saved}) == len(saved))
saved.clear()
gc.collect()
print('end')

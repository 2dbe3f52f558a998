# __del__ runs at most once, after a collection at the latest.
import gc
log = []
class F:
    def __init__(self, n): self.n = n
    def __del__(self): log.append(self.n)
def make():
    for i in range(5):
        a = F(i); b = [a]; a.me = b
make()
# What a conservative stack may keep for a while is overwritten by calls.
def deep(n): return deep(n - 1) + 1 if n else 0
for _ in range(20):
    deep(100)
    make_noise = [object() for _ in range(1000)]
    gc.collect()
print(len(log) == len(set(log)), set(log) <= set(range(5)), len(log) >= 4)
class G:
    def __del__(self): raise ValueError('ignored')
print('end')

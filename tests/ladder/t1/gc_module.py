# gc: collect, enable, disable, cycles go away, weak behaviour unseen.
import gc
print(gc.isenabled(), gc.disable(), gc.isenabled(), gc.enable(), gc.isenabled())
class Node: pass
def ring(n):
    nodes = [Node() for _ in range(n)]
    for i, node in enumerate(nodes): node.next = nodes[(i + 1) % n]
for _ in range(50): ring(100)
gc.collect(); gc.collect(0)
print(len(gc.get_threshold()))
keep = [[i] for i in range(1000)]
gc.collect()
print(sum(x[0] for x in keep), len(gc.get_count()) > 0, gc.is_tracked([]))
d = {}
for i in range(20000):
    d[i % 100] = [d.get(i % 100 - 1), 'x' * (i % 50)]
    if len(d) > 60: d.pop(next(iter(d)))
gc.collect()
print(len(d))

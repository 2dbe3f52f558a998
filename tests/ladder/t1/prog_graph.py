# Breadth-first search, topological sort and Dijkstra on dicts, with a hand-made heap.
maze = ['#########', '#S..#...#', '#.#.#.#.#', '#.#...#E#', '#########']
start = next((r, c) for r, row in enumerate(maze) for c, ch in enumerate(row) if ch == 'S')
queue, dist = [start], {start: 0}
while queue:
    r, c = queue.pop(0)
    if maze[r][c] == 'E': print('exit after', dist[r, c]); break
    for p in ((r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)):
        if maze[p[0]][p[1]] != '#' and p not in dist:
            dist[p] = dist[r, c] + 1
            queue.append(p)
deps = {'app': ['lib', 'log'], 'lib': ['core'], 'log': ['core'], 'core': []}
def topo(g):
    done, order = set(), []
    def visit(n, path=()):
        if n in path: raise ValueError('cycle: ' + ' '.join(path + (n,)))
        if n not in done:
            for m in g[n]: visit(m, path + (n,))
            done.add(n); order.append(n)
    for n in sorted(g): visit(n)
    return order
print(topo(deps))
deps['core'].append('app')
try: topo(deps)
except ValueError as e: print(e)
class Heap:
    def __init__(self): self.h = []
    def push(self, v):
        h = self.h; h.append(v); i = len(h) - 1
        while i and h[(i - 1) // 2] > h[i]: h[i], h[(i - 1) // 2] = h[(i - 1) // 2], h[i]; i = (i - 1) // 2
    def pop(self):
        h = self.h; h[0], h[-1] = h[-1], h[0]; v = h.pop(); i = 0
        while (k := min((j for j in (2 * i + 1, 2 * i + 2) if j < len(h)), key=h.__getitem__, default=None)) is not None and h[k] < h[i]: h[i], h[k] = h[k], h[i]; i = k
        return v
g = {'a': {'b': 4, 'c': 1}, 'b': {'d': 1}, 'c': {'b': 2, 'd': 6}, 'd': {}}
heap, best = Heap(), {}
heap.push((0, 'a'))
while heap.h:
    d, n = heap.pop()
    if n in best: continue
    best[n] = d
    for m, w in g[n].items(): heap.push((d + w, m))
print(best)

# A quadtree of slotted nodes with float accumulation.
class Body:
    __slots__ = ('x', 'y', 'm')
    def __init__(self, x, y, m): self.x, self.y, self.m = x, y, m
class Quad:
    __slots__ = ('cx', 'cy', 'half', 'kids', 'body', 'm', 'mx', 'my')
    def __init__(self, cx, cy, half):
        self.cx, self.cy, self.half, self.kids, self.body, self.m, self.mx, self.my = cx, cy, half, None, None, 0.0, 0.0, 0.0
    def add(self, b):
        self.m += b.m; self.mx += b.m * b.x; self.my += b.m * b.y
        if self.kids is None and self.body is None: self.body = b; return
        if self.kids is None:
            h = self.half / 2
            self.kids = [Quad(self.cx + sx * h, self.cy + sy * h, h) for sx in (-1, 1) for sy in (-1, 1)]
            self._down(self.body); self.body = None
        self._down(b)
    def _down(self, b): self.kids[(b.x > self.cx) * 2 + (b.y > self.cy)].add(b)
    def count(self): return 1 + (sum(k.count() for k in self.kids) if self.kids else 0)
    def force(self, b, theta=0.5):
        if not self.m: return 0.0, 0.0
        dx, dy = self.mx / self.m - b.x, self.my / self.m - b.y
        d2 = dx * dx + dy * dy + 1e-3
        if self.kids is None or (self.half * 2) ** 2 < theta * theta * d2:
            f = self.m / d2 ** 1.5
            return f * dx, f * dy
        fx = fy = 0.0
        for k in self.kids:
            gx, gy = k.force(b, theta); fx += gx; fy += gy
        return fx, fy
x, bodies = 7, []
for i in range(120):
    x = (x * 16807) % 2147483647; a = x / 2147483647
    x = (x * 16807) % 2147483647; bodies.append(Body(a * 2 - 1, x / 2147483647 * 2 - 1, 1 + i % 3))
q = Quad(0.0, 0.0, 1.0)
for b in bodies: q.add(b)
print(q.count(), '%.9f %.9f %.9f' % (q.m, q.mx / q.m, q.my / q.m))
for b in bodies[:4]: print('%.9f %.9f' % q.force(b))

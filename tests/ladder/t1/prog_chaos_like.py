# Splines and pseudo-random points in floats, as chaos does.
import random
class GVector:
    def __init__(self, x=0, y=0, z=0): self.x, self.y, self.z = x, y, z
    def mag(self): return (self.x ** 2 + self.y ** 2 + self.z ** 2) ** 0.5
    def __add__(self, o): return GVector(self.x + o.x, self.y + o.y, self.z + o.z)
    def __sub__(self, o): return self + o * -1
    def __mul__(self, k): return GVector(self.x * k, self.y * k, self.z * k)
    __rmul__ = __mul__
    def lerp(self, o, t): return GVector(self.x + t * (o.x - self.x), self.y + t * (o.y - self.y), self.z + t * (o.z - self.z))
    def __str__(self): return '<%f, %f, %f>' % (self.x, self.y, self.z)
random.seed(1234)
points = [GVector(random.random(), random.random()) for _ in range(5)]
def bezier(ps, t):
    while len(ps) > 1: ps = [a.lerp(b, t) for a, b in zip(ps, ps[1:])]
    return ps[0]
p = GVector()
for i in range(200):
    t = random.choice((0.1, 0.35, 0.8))
    p = p.lerp(bezier(points, t), random.uniform(0, 1)) - 0.01 * points[i % 5]
print(p, p.mag())

# Classes with __init__, methods, class attributes.
class Point:
    dimension = 2
    def __init__(self, x, y):
        self.x = x
        self.y = y
    def norm2(self):
        return self.x * self.x + self.y * self.y
    def moved(self, dx=0, dy=0):
        return Point(self.x + dx, self.y + dy)
p = Point(3, 4)
q = p.moved(dy=1)
print(p.x, p.y, p.norm2(), q.x, q.y, Point.norm2(q))
print(p.dimension, Point.dimension)
p.dimension = 3
print(p.dimension, q.dimension)
Point.dimension = 9
print(p.dimension, q.dimension)
p.extra = 'new'
print(p.extra, type(p) is Point, isinstance(p, Point), isinstance(p, object), isinstance(5, Point))
method = q.norm2
q.x = 0
print(method())

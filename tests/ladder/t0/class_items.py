# __getitem__ and __setitem__ (scimark's matrix style).
class Array2D:
    def __init__(self, w, h):
        self.width, self.height = w, h
        self.data = [0.0] * (w * h)
    def index(self, x, y):
        return y * self.width + x
    def __getitem__(self, at):
        return self.data[self.index(*at)]
    def __setitem__(self, at, value):
        self.data[self.index(*at)] = value
a = Array2D(3, 2)
for x in range(3):
    for y in range(2):
        a[x, y] = x + y * 0.5
print(a.data, a[2, 1])
a[0, 0] += 5
print(a[0, 0])
class Squares:
    def __getitem__(self, i):
        if i >= 5:
            raise IndexError(i)
        return i * i
print(list(Squares()), Squares()[3], 16 in Squares(), max(Squares()))

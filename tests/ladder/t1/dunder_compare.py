# Rich comparison dunders and sorting with them.
class Ver:
    def __init__(self, s): self.p = [int(x) for x in s.split('.')]
    def __eq__(self, o): return isinstance(o, Ver) and self.p == o.p
    def __lt__(self, o): return self.p < o.p
    def __le__(self, o): return self.p <= o.p
    def __repr__(self): return '.'.join(str(x) for x in self.p)
a, b = Ver('1.2'), Ver('1.10')
print(a < b, a > b, a <= b, a >= b, a == b, a != b, a == Ver('1.2'), a == 5, 5 == a)
print(sorted([b, a, Ver('0.9')]), max(a, b), min(a, b))
try:
    hash(a)
except TypeError as error:
    print(error)
class Weird:
    def __lt__(self, o): return 'yes'
    def __eq__(self, o): return [1]
print(Weird() < 1, Weird() == 2, Weird() != 2, Weird() in [0])

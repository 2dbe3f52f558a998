# The iteration protocol: __iter__, __next__, __contains__, __reversed__.
class Down:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1
        return self.n
print(list(Down(3)), sum(Down(5)), max(Down(4)), 2 in Down(5), [*Down(2)], tuple(Down(0)))
a, b, c = Down(3)
print(a, b, c)
class Box:
    def __init__(self, *v): self.v = v
    def __iter__(self): return iter(self.v)
    def __reversed__(self): return iter(self.v[::-1])
    def __contains__(self, x): print('asked', x); return x == 'magic'
print(list(Box(1, 2)), list(reversed(Box(1, 2))), 'magic' in Box(), 1 in Box(1))
for x in Box('p', 'q'):
    for y in Box('p', 'q'):
        print(x + y, end=' ')
print()
class NoIter: pass
class BadIter:
    def __iter__(self): return 5
for f in (lambda: iter(NoIter()), lambda: iter(BadIter()), lambda: 1 in NoIter(), lambda: next(5), lambda: list(5)):
    try: f()
    except TypeError as e: print(e)

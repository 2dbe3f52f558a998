# Chained generators: a prime pipeline, recursive tree walk, early stop.
def naturals(n):
    while True:
        yield n
        n += 1
def sieve(source):
    while True:
        p = next(source)
        yield p
        source = (lambda s, p: (x for x in s if x % p))(source, p)
def take(n, it):
    for _, v in zip(range(n), it): yield v
print(list(take(15, sieve(naturals(2)))))
class Node:
    def __init__(self, v, l=None, r=None): self.v, self.l, self.r = v, l, r
    def __iter__(self):
        if self.l: yield from self.l
        yield self.v
        if self.r: yield from self.r
print(list(Node(4, Node(2, Node(1), Node(3)), Node(6, Node(5)))))
def deep(n):
    if n: yield from deep(n - 1)
    yield n
print(sum(deep(100)), max(deep(50)))

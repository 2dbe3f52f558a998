# Deeply nested data: repr, comparison, hashing and disposal neither crash nor hang.
def nest(n, make):
    x = make(None)
    for _ in range(n): x = make(x)
    return x
def attempt(f):
    try: f()
    except RecursionError: pass
    print('fine')
l = nest(100000, lambda x: [x])
attempt(lambda: repr(l))
attempt(lambda: l == nest(100000, lambda x: [x]))
t = nest(100000, lambda x: (x,))
attempt(lambda: hash(t))
attempt(lambda: t < nest(100000, lambda x: (x,)))
d = nest(100000, lambda x: {'k': x})
attempt(lambda: str(d))
class Node:
    def __init__(self, next): self.next = next
head = nest(300000, Node)
n = 0
while head is not None: head, n = head.next, n + 1
print(n)
keep = nest(300000, Node)
keep = l = t = d = None
import gc
gc.collect()
print('survived')

# Callable instances.
class Adder:
    def __init__(self, n): self.n = n
    def __call__(self, x, *rest, scale=1): return (x + self.n + sum(rest)) * scale
add = Adder(10)
print(add(1), add(1, 2, 3), add(1, scale=2), add(*[1, 2], **{'scale': 3}), callable(add))
print(list(map(add, range(3))), sorted([3, 1, 2], key=Adder(0)))
class Plain: pass
p = Plain()
p.__call__ = lambda: 'not looked up on the instance'
print(callable(p))
try:
    p()
except TypeError as error:
    print(error)
try:
    (lambda five: five())(5)
except TypeError as error:
    print(error)

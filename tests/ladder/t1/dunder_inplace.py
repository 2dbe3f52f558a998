# In-place operators fall back to the plain ones.
class Acc:
    def __init__(self): self.log = []
    def __iadd__(self, v):
        self.log.append(v)
        return self
    def __isub__(self, v): return 'replaced by %r' % v
class Plain:
    def __init__(self, v): self.v = v
    def __add__(self, o): return Plain(self.v + o)
a = b = Acc()
a += 1
a += 'two'
print(a is b, a.log)
a -= 5
print(a, b.log)
p = q = Plain(1)
p += 41
print(p.v, q.v, p is q)
t = ([1],)
try:
    t[0] += [2]
except TypeError as error:
    print(error, t)

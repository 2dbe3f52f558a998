# options: -X gc=stress:200,poison
# More attributes than slots, while the collector runs: keys and cells of the older layouts stay.
class Box: pass
b = Box()
for k in range(4):
    for i in range(200): setattr(b, 'a%d_%d' % (k, i), (k, i))
print(len(b.__dict__))
print(all(getattr(b, "a%d_%d" % (k, i)) == (k, i) for k in range(4) for i in range(200)))
old = [Box() for _ in range(20)]
for n in range(40):
    for o in old: setattr(o, "x%d" % n, n)
print(sum(sum(o.__dict__.values()) for o in old))

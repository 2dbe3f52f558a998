# Lists changed under the feet of their own methods.
class Clear:
    def __init__(self, l): self.l = l
    def __eq__(self, o): self.l.clear(); return False
    def __index__(self): self.l.clear(); return 0
    def __lt__(self, o): self.l.append(1); return False
def attempt(f):
    try: print(f())
    except (ValueError, IndexError) as e: print(type(e).__name__, e)
l = [1, 2, 3]; l.append(Clear(l)); attempt(lambda: l.index(9)); print(l)
l = [1]; l.extend(Clear(l) for _ in range(3)); attempt(lambda: l.remove(7)); print(len(l))
l = [1, 2]; l.insert(0, Clear(l)); attempt(lambda: l.count(5)); print(l)
l = [1, 2, 3]; attempt(lambda: l[Clear(l)])
l = [1, 2, 3]
def store(): l[Clear(l)] = 5
attempt(store); print(l)
l = [3, 2, 1]; m = [Clear(l), Clear(l)]; m.sort(); print(len(l))
l = [1, 2, 3]; l.extend(l); print(l); l += l; print(len(l)); l[2:4] = l; print(len(l)); l *= 0; print(l)
l = list(range(5))
for x in l: l.clear()
print(l)
l = [1, 2, 3]
def gen():
    for x in (7, 8): l.append(x); yield x
l[1:2] = gen(); print(l)
a = [[1], [2]]; a[0], a = 5, 6; print(a)

# Keys whose __eq__ changes the dict that is looking at them: any clean answer will do, a crash will not.
class K:
    def __init__(self, d, act): self.d, self.act = d, act
    def __hash__(self): return 1
    def __eq__(self, other):
        self.act(self.d)
        return False
def attempt(f):
    try: f()
    except (RuntimeError, KeyError): pass
def replace(d):
    d.clear(); d[1] = 'new'
acts = (lambda d: d.clear(), lambda d: d.update({i: i for i in range(50)}), lambda d: d.pop(1, None), lambda d: d.__setitem__(1, 'again'), replace)
for act in acts:
    for use in (lambda d, k: d.__setitem__(k, 'k'), lambda d, k: d.get(k), lambda d, k: k in d, lambda d, k: d.pop(k, 0), lambda d, k: d.setdefault(k, 5), lambda d, k: d == {k: 1}, lambda d, k: d.update({k: 2})):
        d = {1: 'one', 1 + 2 ** 61 - 1: 'same hash'}
        attempt(lambda: use(d, K(d, act)))
        attempt(lambda: list(d.items()))
        assert len(d) == len(list(d))
s = {1}
class S:
    def __hash__(self): return 1
    def __eq__(self, o): s.clear(); return False
for use in (lambda: s.add(S()), lambda: {S()} == {1}, lambda: s | {S()}, lambda: S() in s, lambda: s.discard(S()), lambda: s & {S()}):
    s.add(1); attempt(use)
print('survived')

# Iterators that lie, raise and change their sources.
class Lying:
    def __init__(self, hint): self.hint, self.n = hint, 0
    def __iter__(self): return self
    def __length_hint__(self): return self.hint
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        return self.n
print(list(Lying(0)), list(Lying(1000)), tuple(Lying(1)), [*Lying(2)], set(Lying(5)) == {1, 2, 3})
for hint in (-1, 'x', 2 ** 70):
    try: print(list(Lying(hint)))
    except (ValueError, TypeError, OverflowError) as e: print(type(e).__name__)
class Raises:
    def __iter__(self): return self
    def __next__(self): raise KeyError('from next')
for f in (list, tuple, set, sum, sorted, lambda r: [*r], lambda r: dict(r), lambda r: ''.join(r), lambda r: max(r), lambda r: list(zip(r, [1])), lambda r: list(map(str, r)), lambda r: 5 in r):
    try: f(Raises())
    except KeyError as e: print(e, end=' ')
print()
class Again:
    n = 0
    def __iter__(self): return self
    def __next__(self):
        Again.n += 1
        if Again.n % 3 == 0: raise StopIteration
        return Again.n
a = Again(); print(list(a), list(a), list(a))
i = iter([1, 2, 3]); print(list(zip(i, i)), list(i))

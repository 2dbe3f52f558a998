# Set methods and operators with their in-place forms.
a, b = {1, 2, 3}, {3, 4}
print(sorted(a.union(b, [9])), sorted(a.intersection(b)), sorted(a.difference(b)), sorted(a.symmetric_difference(b)))
print(a.issubset({1, 2, 3, 4}), a.issuperset([1]), a.isdisjoint(b), a.isdisjoint({7}), a < {1, 2, 3}, a <= {1, 2, 3}, a > {1}, a >= a)
c = a.copy()
c |= {10}; c &= {1, 10, 3}; c -= {3}; c ^= {1, 5}
print(sorted(c), sorted(a))
c.update([7], 'x' * 0, (8,)); c.intersection_update({7, 8, 10}); c.difference_update({10}); c.symmetric_difference_update({8, 9})
print(sorted(c), c.pop() in (7, 9), len(c))
f = frozenset([1, 2])
print(f, f | {3} == frozenset({1, 2, 3}), type(f | {3}).__name__, type({3} | f).__name__, f == {1, 2}, {f: 'key'}[frozenset([2, 1])], hash(f) == hash(frozenset([2, 1])))
for g in (lambda: a | [1], lambda: set().pop(), lambda: f.add(1), lambda: a < 5):
    try: g()
    except (TypeError, KeyError, AttributeError) as e: print(type(e).__name__, e)
print(set('ab') == {'a', 'b'}, repr(set()), repr(frozenset()), {1, 1.0, True})

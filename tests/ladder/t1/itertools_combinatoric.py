# product, permutations, combinations, with replacement.
from itertools import product, permutations, combinations, combinations_with_replacement as cwr
print(list(product('ab', [1, 2])), list(product('ab', repeat=2)), list(product()), list(product('ab', [])), list(product(range(2), repeat=3))[5])
print(list(permutations('abc', 2)), len(list(permutations(range(5)))), list(permutations('ab', 3)), list(permutations([], 0)), [''.join(p) for p in permutations('abc')])
print(list(combinations('abcd', 2)), list(combinations(range(3), 0)), list(combinations('ab', 3)), list(cwr('abc', 2)), list(cwr('a', 3)))
print(sum(1 for _ in combinations(range(10), 4)), list(combinations(range(5), 3))[-1])

# chain, compress, dropwhile, takewhile, filterfalse, islice, starmap, accumulate, pairwise, batched, zip_longest.
from itertools import *
import operator
print(list(chain('ab', [1], ())), list(chain.from_iterable(['ab', 'cd'])), list(compress('abcdef', [1, 0, 1, 0, 1])))
print(list(dropwhile(lambda x: x < 3, [1, 2, 3, 1])), list(takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(filterfalse(lambda x: x % 2, range(6))), list(filterfalse(None, [0, 1, ''])))
print(list(starmap(pow, [(2, 3), (3, 2)])), list(accumulate([1, 2, 3, 4])), list(accumulate([1, 2, 3], operator.mul)), list(accumulate([1, 2], initial=100)), list(accumulate([3, 1, 2], max)), list(accumulate([])))
print(list(pairwise('abcd')), list(pairwise([1])), list(batched('abcdefg', 3)), list(zip_longest('ab', [1, 2, 3], fillvalue='-')), list(zip_longest()))
for f in (lambda: islice('a', -1), lambda: list(batched('a', 0)), lambda: chain(5), lambda: list(chain(5)), lambda: islice('abc', 1.5)):
    try: f(); print('no error')
    except (ValueError, TypeError) as e: print(type(e).__name__, e)

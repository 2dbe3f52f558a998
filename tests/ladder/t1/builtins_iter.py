# map, filter, any, all, iter with a sentinel, next, zip strict, min/max with keys.
print(list(map(lambda a, b: a + b, [1, 2, 3], [10, 20])), list(map(str, range(3))), list(filter(None, [0, 1, '', 'a'])), list(filter(lambda x: x % 2, range(6))))
print(any([]), all([]), any([0, 1]), all([1, 0]), any(x > 2 for x in range(5)), all(c.isalpha() for c in 'ab1'))
src = iter([1, 2, 3, 0, 5])
print(list(iter(lambda: next(src), 0)), list(src))
print(list(zip('ab', [1, 2], strict=True)), min('abc', 'b', key=lambda s: -ord(s[0])), max([1, 2], [3], key=len), min([(2, 'a'), (1, 'z')]))
for f in (lambda: list(zip([1], [1, 2], strict=True)), lambda: list(zip([1, 2], [1], strict=True)), lambda: next(iter([])), lambda: next(5), lambda: map(), lambda: list(map(len, 5)), lambda: iter(5, 5), lambda: min([]), lambda: max()):
    try: print(f())
    except (ValueError, TypeError, StopIteration) as e: print(type(e).__name__, e)
m = map(lambda x: print('lazy', x), [1, 2])
print('made'); next(m)
e = enumerate('ab', 1)
print(next(e), list(e), reversed([1, 2]).__length_hint__())

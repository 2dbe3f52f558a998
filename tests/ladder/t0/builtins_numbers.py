# abs, min, max, sum, round, divmod, len, pow.
print(abs(-5), abs(5), abs(-2.5), abs(-2 ** 80), abs(True))
print(min(3, 1, 2), max([3, 1, 2]), min('b', 'a'), max(1, 2.5), min([[2], [1]]), max(2, 2.0))
print(sum([1, 2, 3]), sum([], 10), sum([0.5, 0.5]), sum(range(10), 100), sum([[1], [2]], []))
print(divmod(17, 5), divmod(-17, 5), divmod(17.5, 5), divmod(-1, 2 ** 70))
print(max([], default='none'), min('hello', key=ord), max([1, -5, 3], key=abs))
print(round(2.5), round(3.5), round(2.675, 2), round(-1.5), round(1234, -2), round(7))
for bad in (lambda: min([]), lambda: max(5), lambda: sum(['a']), lambda: abs('x'), lambda: len(5)):
    try:
        bad()
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)

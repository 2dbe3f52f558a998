# Comparison operators and chains; each operand is evaluated once.
print(1 < 2, 2 <= 2, 3 > 4, 4 >= 5, 1 == 1.0, 1 != 1.0)
print(1 < 2 < 3, 1 < 3 < 2, 3 > 2 > 1, 1 == 1 != 2)
def show(x):
    print('eval', x)
    return x
print(show(1) < show(5) < show(3))
print(show(4) < show(2) < show(9))
print('a' < 'b', 'abc' < 'abd', 'Z' < 'a', '' < 'a')
print([1, 2] < [1, 3], [1] < [1, 0], (2,) > (1, 9), [] == [], () != ())
print(2 ** 70 > 1.5, 1e300 > 2 ** 70, 2 ** 53 + 1 == float(2 ** 53))
one = 1
print(one is None, None is None, None is not None)

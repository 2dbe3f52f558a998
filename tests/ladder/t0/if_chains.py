# if/elif/else selection and conditional expressions.
def kind(n):
    if n < 0:
        return 'negative'
    elif n == 0:
        return 'zero'
    elif n < 10:
        if n % 2:
            return 'small odd'
        return 'small even'
    else:
        return 'large'
for n in (-5, 0, 3, 4, 10):
    print(n, kind(n), 'even' if n % 2 == 0 else 'odd')
print([x if x > 0 else -x for x in (-2, 0, 2)])
print('a' if 0 else 'b' if 0 else 'c')

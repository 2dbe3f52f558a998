# Ordering of unlike types is a TypeError that names the operator and both types.
def attempt(function):
    try:
        print(function())
    except TypeError as error:
        print('TypeError:', error)
attempt(lambda: 1 < 'a')
attempt(lambda: 'a' >= 1)
attempt(lambda: [] > ())
attempt(lambda: None <= 0)
attempt(lambda: {} < {})
attempt(lambda: 1 == 'a')
attempt(lambda: None != 0)
attempt(lambda: sorted([3, 'x', 1]))
attempt(lambda: max(1, 'b'))

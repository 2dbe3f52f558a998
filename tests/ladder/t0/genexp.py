# Generator expressions are lazy; the first iterable is evaluated at once.
g = (x * x for x in range(4))
print(next(g), list(g), list(g))
print(sum(x for x in range(101)), max(len(w) for w in ['a', 'bbb', 'cc']), sorted(-x for x in range(3)))
print(any(x > 3 for x in range(5)), all(x < 3 for x in range(5)), tuple(x for x in 'ab'), set(x % 2 for x in range(9)) == {0, 1})
print('-'.join(str(i) for i in range(5)), dict((c, ord(c)) for c in 'ab'))
def noisy():
    print('evaluated')
    return [1, 2]
g = (x for x in noisy())
print('made')
print(list(g))
log = []
g = (log.append(i) or i for i in range(100))
print(next(g), next(g), log)

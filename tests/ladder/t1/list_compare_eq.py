# Equality and ordering of nested sequences; repr of recursion.
print([1, [2, (3,)]] == [1, [2, (3,)]], [1, 2] < [1, 2, 0], [[1], [2]] > [[1], [1, 9]], (1, 'a') < (1, 'b'), [1] == (1,), [] < [0])
class E:
    def __eq__(self, o): print('eq'); return True
print([E()] == [5], [1, E(), 3] == [1, 2, 3], 5 in [1, E()], [E(), 2].index(7), [1, E(), E()].count(4))
l = [1]
l.append(l)
print(l, repr(l), l == l, len(l[1][1]))
t = ([],)
t[0].append(t)
print(t)
d = {}
d['d'] = [d]
print(d)
try: [1, 2] < [1, 'x']
except TypeError as e: print(e)
try: l == [1, [1, l]] and print('deep')
except RecursionError: print('RecursionError')

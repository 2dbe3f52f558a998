# exit: 1
# Carets under a failing subscript.
d = {'a': {'b': [1, 2, 3]}}
print(d['a']['b'][0])
print(d['a']['x'][0] + 1)

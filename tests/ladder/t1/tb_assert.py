# exit: 1
# A failing assert with carets.
x = [1, 2]
assert len(x) == 3, 'length is %d' % len(x)

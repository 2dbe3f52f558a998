# exit: 1
assert x y

# exit: 1
# Carets under the operator that failed, in a longer line.
a, b, c = 1, 0, 5
x = c + (a / b) * 2

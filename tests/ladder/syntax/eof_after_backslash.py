# exit: 1
# stderr: last
x = 1 + \

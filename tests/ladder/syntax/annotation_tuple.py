# exit: 1
# stderr: last
a, b: int = 1

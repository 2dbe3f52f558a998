# stdout: closed
# exit: 1
# stderr: last
# More than a buffer into a pipe nobody reads: BrokenPipeError where it is written.
for i in range(100000):
    print('line', i)

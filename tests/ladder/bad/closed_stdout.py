# stdout: closed
# exit: 120
# stderr: ignore
# A pipe nobody reads: the final flush fails, and the exit code says so.
for i in range(5):
    print('line', i)

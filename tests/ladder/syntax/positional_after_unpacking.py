# exit: 1
f(**k, 1)

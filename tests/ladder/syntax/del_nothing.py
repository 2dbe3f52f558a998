# exit: 1
del

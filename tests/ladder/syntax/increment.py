# exit: 1
x++

# exit: 1
f(if=1)

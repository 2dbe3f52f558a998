# exit: 1
@decorator
x = 1

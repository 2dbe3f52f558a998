# exit: 1
x = “hello”

# exit: 1
x = "a" b"c"

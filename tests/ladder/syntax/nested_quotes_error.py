# exit: 1
# stderr: last
x = "a" b"c"

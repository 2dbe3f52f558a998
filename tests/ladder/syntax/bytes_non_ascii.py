# exit: 1
# stderr: last
x = b'é'

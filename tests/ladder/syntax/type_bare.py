# exit: 1
# stderr: last
type X

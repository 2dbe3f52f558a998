# exit: 1
type X

# exit: 1
True = 0

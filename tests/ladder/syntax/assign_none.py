# exit: 1
None = 1

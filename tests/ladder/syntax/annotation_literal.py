# exit: 1
5: int = 1

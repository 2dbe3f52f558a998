# exit: 1
class = 1

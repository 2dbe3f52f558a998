# exit: 1
d = {**a for a in b}

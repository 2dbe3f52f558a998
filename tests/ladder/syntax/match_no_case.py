# exit: 1
match x:
    pass

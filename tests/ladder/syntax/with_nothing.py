# exit: 1
with :
    pass

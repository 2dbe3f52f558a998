# exit: 1
def (a):
    pass

# exit: 1
class C
    pass

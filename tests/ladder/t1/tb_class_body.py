# exit: 1
# An error in a class body has a frame named after the class.
class Broken:
    x = 1
    def ok(self): pass
    y = undefined

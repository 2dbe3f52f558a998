# exit: 1
x = 1
s = """abc
def


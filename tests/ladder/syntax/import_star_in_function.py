# exit: 1
# stderr: last
def f():
    from math import *

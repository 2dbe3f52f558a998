# exit: 1
try:
x = 1
except E:
    pass

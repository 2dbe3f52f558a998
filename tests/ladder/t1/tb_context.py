# exit: 1
# "During handling of the above exception …".
try:
    [][5]
except IndexError:
    int('x')

# exit: 1
for x range(3):
    pass

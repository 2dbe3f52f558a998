# exit: 1
print((*a))

# exit: 1
for i in []:

# comment
x = 1

# exit: 1
print('never')
s = 'café'

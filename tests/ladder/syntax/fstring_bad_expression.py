# exit: 1
# stderr: last
x = f'{a b}'

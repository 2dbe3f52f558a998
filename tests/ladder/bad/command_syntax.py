# run: -c 'x = = 1'
# exit: 1

# run: folder
# exit: 1

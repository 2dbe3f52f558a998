# run: no_such_file.py
# exit: 2

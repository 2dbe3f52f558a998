# exit: 1
# stderr: last
raise E, 1

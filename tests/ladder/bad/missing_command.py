# run: -c
# exit: 2
# stderr: ignore

# run: -Z
# exit: 2
# stderr: ignore

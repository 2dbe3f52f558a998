# run: --no-such-option
# exit: 2
# stderr: ignore
# An unknown option: exit code 2, nothing on standard output.

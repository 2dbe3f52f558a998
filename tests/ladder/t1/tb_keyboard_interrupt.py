# exit: signal 2
# An uncaught KeyboardInterrupt ends the process by SIGINT.
def f():
    raise KeyboardInterrupt
f()

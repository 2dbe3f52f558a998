# exit: 1
# No colon when the message is empty.
def f():
    raise NotImplementedError
f()

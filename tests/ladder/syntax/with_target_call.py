# exit: 1
with a as f():
    pass

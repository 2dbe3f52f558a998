# exit: 1
# stderr: last
def f(*, **k):
    pass

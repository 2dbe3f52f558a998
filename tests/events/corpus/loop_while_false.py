# A loop that never runs.
def f():
    while 0:
        print("never")
    return 1


f()

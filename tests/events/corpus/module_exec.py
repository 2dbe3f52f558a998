# exec and eval of text, whose events are not printed.
def f():
    space = {"x": 2}
    exec("y = x + 1", space)
    return eval("x * 2", space), space["y"]


f()

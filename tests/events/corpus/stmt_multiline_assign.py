# An assignment over several lines.
def g(x):
    return x


def f():
    x = g(
        1
    )
    y = {
        "a": x,
        "b": 2,
    }
    return y["a"]


f()

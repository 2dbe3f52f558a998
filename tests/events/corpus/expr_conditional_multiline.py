# A conditional expression over several lines.
def f(x):
    y = (
        1
        if x
        else 2
    )
    return y


f(0)
f(1)

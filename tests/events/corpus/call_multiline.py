# A call over several lines.
def g(a, b, c):
    return a + b + c


def f():
    return g(
        1,
        g(
            2,
            3,
            4,
        ),
        5,
    )


f()

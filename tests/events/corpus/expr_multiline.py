# An expression over several lines.
def f(a, b):
    return (
        a
        + b
        * 2
        - a
    )


f(1, 2)

# A condition over several lines.
def f(a, b, c):
    if (
        a
        and b
        and c
    ):
        return 1
    return 0


f(1, 1, 1)
f(1, 0, 1)

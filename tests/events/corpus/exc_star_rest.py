# except* that leaves something.
def a():
    try:
        raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
    except* ValueError:
        x = 1


def f():
    try:
        a()
    except ExceptionGroup:
        return 1


f()

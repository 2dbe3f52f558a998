# except* that leaves something.
# differs: settrace return a -- CPython has no line where it raises the rest of a group
# differs: setprofile return a -- CPython has no line where it raises the rest of a group
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

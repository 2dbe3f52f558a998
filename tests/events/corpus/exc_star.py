# except*.
def f():
    try:
        raise ExceptionGroup("g", [ValueError(1), KeyError(2)])
    except* ValueError:
        x = 1
    except* KeyError:
        x = 2
    return x


f()

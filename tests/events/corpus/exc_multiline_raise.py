# A raise over several lines.
def f():
    try:
        raise ValueError(
            "a",
            "b",
        )
    except ValueError:
        return 1


f()

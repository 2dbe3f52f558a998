# A comprehension over several lines.
def f():
    return [
        x + 1
        for x in range(3)
        if x
    ]


f()

# A comprehension over several lines.
# differs: monitoring BRANCH_LEFT f -- CPython gives the inverted jump of a comprehension condition the place of the element
# differs: monitoring BRANCH_RIGHT f -- CPython gives the inverted jump of a comprehension condition the place of the element
def f():
    return [
        x + 1
        for x in range(3)
        if x
    ]


f()

# A comprehension with conditions.
# differs: monitoring BRANCH_LEFT f -- CPython gives the inverted jump of a comprehension condition the place of the element
# differs: monitoring BRANCH_RIGHT f -- CPython gives the inverted jump of a comprehension condition the place of the element
def f():
    return [x for x in range(4) if x % 2 if x > 1]


f()

# A generator expression consumed by list.
# differs: monitoring CALL f -- CPython counts the parentheses of the call as part of the generator expression
# differs: monitoring BRANCH_LEFT f.<locals>.<genexpr> -- CPython gives the inverted jump of a comprehension condition the place of the element
# differs: monitoring BRANCH_RIGHT f.<locals>.<genexpr> -- CPython gives the inverted jump of a comprehension condition the place of the element
def f():
    return list(x + 1 for x in (1, 2) if x)


f()

# A generator expression.
# differs: monitoring CALL f -- CPython counts the parentheses of the call as part of the generator expression
def f():
    return sum(x for x in range(3))


f()

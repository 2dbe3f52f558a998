# An expression over several lines.
# differs: monitoring LINE f -- operands that are locals or constants have no instruction of their own
# differs: monitoring INSTRUCTION f -- operands that are locals or constants have no instruction of their own
# differs: settrace line f -- operands that are locals or constants have no instruction of their own
def f(a, b):
    return (
        a
        + b
        * 2
        - a
    )


f(1, 2)

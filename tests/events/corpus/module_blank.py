# Blank lines and comments between statements.
# differs: monitoring LINE <module> -- operands that are locals or constants have no instruction of their own
# differs: monitoring INSTRUCTION <module> -- operands that are locals or constants have no instruction of their own
# differs: settrace line <module> -- operands that are locals or constants have no instruction of their own


x = 1

# A comment.

y = (x +

     # Inside.
     2)

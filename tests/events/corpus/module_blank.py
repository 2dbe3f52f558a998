# Blank lines and comments between statements.


x = 1

# A comment.

y = (x +

     # Inside.
     2)

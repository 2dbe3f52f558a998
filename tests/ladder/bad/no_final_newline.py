# The last line has no line end.
print('last')
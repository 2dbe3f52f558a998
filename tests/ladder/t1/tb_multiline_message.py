# exit: 1
# A message of several lines and non-ASCII text.
raise ValueError('line 1\nline 2 é日')

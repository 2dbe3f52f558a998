# try at module level.
try:
    raise KeyError
except KeyError:
    x = 1
else:
    x = 2
finally:
    y = 3

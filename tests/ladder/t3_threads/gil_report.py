# by-hand: CPython 3.13 with a GIL answers True
# There is no GIL, and the program says so.
import sys
print(sys._is_gil_enabled())

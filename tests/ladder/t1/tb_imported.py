# exit: 1
# Frames in another module show its file and line.
from pkg import tools
tools.double(*[1, 2])

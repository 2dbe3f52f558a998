# exit: 1
# stderr: last
# An exception while a module is imported.
import pkg.broken

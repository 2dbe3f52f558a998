# run: runme.py z
import sys
print(__name__, sys.argv[1:], 'runme' in sys.modules)

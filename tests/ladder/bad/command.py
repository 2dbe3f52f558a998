# run: -c 'import sys\nprint(sys.argv, __name__)\nprint(1 + 1)' a b

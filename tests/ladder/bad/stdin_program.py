# run: - a
# stdin: import sys\nprint('from stdin', sys.argv)\ndef f(x):\n    return x * 2\n\nprint(f(21))\n

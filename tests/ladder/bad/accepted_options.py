# run: -B -s -S -E -u -O -I -q -W ignore -x accepted_options.py
# CPython's single-letter options are accepted (-x skips this file's first line).
print('ran')

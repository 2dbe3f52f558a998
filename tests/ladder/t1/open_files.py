# Files: write, read, iterate, append, with, errors.
import os
name = 'weft_ladder_open_%d.tmp' % os.getpid()
with open(name, 'w') as f:
    print(f.write('first\n'), f.write('second é\nthird'), f.closed)
print(f.closed)
with open(name) as f:
    print(repr(f.read()), repr(f.read()))
with open(name) as f:
    print(repr(f.readline()), f.readlines())
with open(name, 'a') as f:
    print('appended', 5, file=f)
for line in open(name): print(repr(line))
with open(name, 'rb') as f:
    print(f.read(8), f.read())
with open(name, encoding='utf-8') as f: print([l.strip() for l in f])
os.remove(name)
for act in (lambda: open(name), lambda: f.read(), lambda: open('.', 'r'), lambda: open(name, 'q')):
    try: act()
    except (OSError, ValueError) as e: print(type(e).__name__, str(e).replace(name, 'NAME'))

# Carriage returns at line ends: see the second program, written by the first.
import os
name = 'weft_crlf_%d.py' % os.getpid()
with open(name, 'wb') as f: f.write(b'def f():\r\n    return """a\r\nb"""\r\nprint(repr(f()))\r\n')
with open(name, newline='') as f: exec(compile(f.read(), name, 'exec'))
with open(name) as f: print(repr(f.read()[:10]))
os.remove(name)

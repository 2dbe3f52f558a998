# io.StringIO.
import io
s = io.StringIO()
print(s.write('hello'), s.write(' wörld\n'), repr(s.getvalue()), s.tell())
print('via print', 5, file=s)
s.seek(0)
print(repr(s.readline()), repr(s.read(3)), repr(s.read()), repr(s.read()))
s.seek(2); s.write('XX'); print(repr(s.getvalue()))
s.truncate(4); print(repr(s.getvalue()))
t = io.StringIO('a\nb\nc')
print(list(t), t.readlines(), t.closed)
t.seek(0); print([l.strip() for l in t])
with io.StringIO('ctx') as c: print(c.read(1))
print(c.closed)
for f in (lambda: c.read(), lambda: io.StringIO(5), lambda: s.write(5)):
    try: f()
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
import sys
old, sys.stdout = sys.stdout, io.StringIO()
print('captured')
got, sys.stdout = sys.stdout.getvalue(), old
print(repr(got))

# The text printed for a thread's uncaught exception: first and last line, and our own frames.
import threading, sys, io
def inner(): return {}['missing']
def run(): inner()
old, sys.stderr = sys.stderr, io.StringIO()
t = threading.Thread(target=run, name='named-thread')
t.start(); t.join()
text, sys.stderr = sys.stderr.getvalue(), old
lines = text.splitlines()
print(lines[0], lines[1], lines[-1], sep='\n')
print([l.split(', in ')[1] for l in lines if ', in ' in l and 'exception_text' in l])

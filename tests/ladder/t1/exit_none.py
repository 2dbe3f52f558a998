# sys.exit() and raise SystemExit exit with 0; code after does not run.
import sys
class C:
    def __exit__(self, *a): print('exit', a[0].__name__)
    def __enter__(self): return self
with C():
    raise SystemExit
print('never')

# Missing modules and names; a failing module is not left behind.
import sys
for code in ('import nosuchmodule', 'import pkg.nosuch', 'import pkg.tools.deeper', 'from pkg import nothing', 'from pkg.tools import nothing', 'from math import nosuch', 'import nosuch.sub'):
    try:
        exec(code)
    except ImportError as e:
        print(type(e).__name__, str(e).split(' (')[0], e.name)
try:
    import pkg.broken
except ValueError as e:
    print(e, 'pkg.broken' in sys.modules)
try:
    import pkg.bad_syntax
except SyntaxError as e:
    print(e.msg, e.lineno, e.filename.split('/')[-1])
try:
    from . import x
except ImportError as e:
    print(e)

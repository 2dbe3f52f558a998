# A module's body runs once; sys.modules holds it; reload by deleting.
import sys
import pkg
import pkg
from pkg import VERSION
print('pkg' in sys.modules, sys.modules['pkg'] is pkg)
pkg.VERSION = 'patched'
import pkg as again
print(again.VERSION, VERSION)
del sys.modules['pkg']
import pkg as fresh
print(fresh.VERSION, fresh is again)
def inside():
    import pkg.tools as t
    from pkg.tools import double
    return double(t.CONSTANT)
print(inside(), inside())
m = __import__('math')
print(m.pi, __import__('pkg.sub').__name__)

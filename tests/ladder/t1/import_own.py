# Import of our own modules from the program's folder and a package.
import pkg
import pkg.tools
from pkg import tools as t, VERSION
from pkg.tools import double as twice, CONSTANT
from pkg.sub.deep import where
print(pkg.VERSION, VERSION, pkg.tools is t, twice(21), CONSTANT, where())
print(pkg.__name__, pkg.tools.__name__, t.__package__, pkg.sub.deep.__name__)
print(pkg.__file__.replace('\\', '/').split('/')[-2:], t.__file__.split('/')[-1], hasattr(pkg, '__path__'), hasattr(t, '__path__'))
import pkg.sub.deep as deep
print(deep.parent_version(), deep.sibling(5))
try: t.missing
except AttributeError as e: print(e)

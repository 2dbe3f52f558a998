# Module-level __getattr__ and __dir__; module attributes.
import pkg.dynamic as d
print(d.made, dir(d), hasattr(d, 'nope'))
from pkg.dynamic import made
print(made)
d.added = 5
print(d.added, d.__dict__['added'], type(d).__name__, repr(d)[:21])
del d.added
try: d.added
except AttributeError as e: print(e)
import math, sys
print(repr(math).startswith("<module 'math'"), math.__name__, sys.modules['math'] is math, __name__)

# from … import * honours __all__ and leading underscores.
from pkg import *
print(VERSION, listed, _under, 'unlisted' in globals())
from pkg.tools import *
print(double(4), CONSTANT, '_private' in globals())
from math import *
print(floor(2.5), pi)

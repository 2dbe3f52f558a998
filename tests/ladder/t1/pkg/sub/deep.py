from .. import VERSION
from ..tools import double
from . import other
def where():
    return __name__
def parent_version():
    return VERSION
def sibling(x):
    return other.negate(double(x))

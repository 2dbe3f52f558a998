import pkg.cycle_a
B = 'b'
seen = hasattr(pkg, 'cycle_a') or 'partial'
from pkg.cycle_a import __name__ as partial_name
try:
    from pkg.cycle_a import A
except ImportError as error:
    print(type(error).__name__, str(error).split(' (')[0])
